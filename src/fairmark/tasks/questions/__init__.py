"""Questions to the lead: asked at a turn, of the item or of marks of the draft; answered on the project's page."""
