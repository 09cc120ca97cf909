"""What people see: the only place with French and with HTTP, and the one package that may import all."""
