"""An MCP server whose tools have effects: it writes each call that it carries out into the file that its environment names."""

import json
import os
import sys

TOOLS = [
    {"name": "pay", "description": "Pays somebody.", "inputSchema": {
        "type": "object", "required": ["to", "amount"],
        "properties": {"to": {"type": "string"}, "amount": {"type": "integer"}}}},
    {"name": "note", "description": "Notes a word.", "annotations": {"readOnlyHint": True}, "inputSchema": {
        "type": "object", "required": ["word"], "properties": {"word": {"type": "string"}}}},
]

for line in sys.stdin:
    message = json.loads(line)
    method, parameters = message.get("method"), message.get("params") or {}
    if "id" not in message:
        continue
    if method == "initialize":
        result = {"protocolVersion": parameters["protocolVersion"], "capabilities": {"tools": {}},
                  "serverInfo": {"name": "bank", "version": "1"}}
    elif method == "tools/list":
        result = {"tools": TOOLS}
    elif method == "tools/call":
        with open(os.environ["BANK_BOOK"], "a") as book:
            book.write(f"{parameters['name']} {json.dumps(parameters['arguments'], sort_keys=True)}\n")
        with open(os.environ["BANK_BOOK"]) as book:
            result = {"content": [{"type": "text", "text": f"entry {len(book.readlines())}"}]}
    else:
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "no such method"}}), flush=True)
        continue
    print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
