"""The main job, played once by invented people through the HTTP layer: nothing here knows a service."""
