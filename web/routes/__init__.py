"""One module of routes for each page."""

from fastapi import APIRouter

from web.routes import who

ROUTERS: list[APIRouter] = [who.router]
