"""Language models: loading, chats, answers, constrained answers, servers, and number formats."""
