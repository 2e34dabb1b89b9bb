"""Every page of printing, so that one import registers all."""

from pharmacy.web.printers import bp, queue, testing

__all__ = ["bp", "queue", "testing"]
