"""Language models: loading, chats, answers, constrained answers, servers, and number formats."""

import logging

# At its import bitsandbytes warns of a kernel that only weights in four bits on a CPU would use.
logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
