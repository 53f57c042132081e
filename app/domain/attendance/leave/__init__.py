"""Leave: absences announced, asked for and explained by families, and answered by the class teacher."""
