"""How good people's work is: a distribution by project, skill, class and week, never a bare number."""
