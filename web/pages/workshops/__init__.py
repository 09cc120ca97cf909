"""The page Ateliers: calendar, seats, attendance, kiosk."""
