"""What the account holds at the beginning: modules, fields, views, and the columns that make each record."""
