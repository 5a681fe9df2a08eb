"""Answers to surveys, written onto the people who gave them: fields, one living note or one row a response. Rules: docs/responses.md."""
