"""What Zoho CRM and Zoho Recruit share as sources: account, connection, jobs of Bulk Read."""
