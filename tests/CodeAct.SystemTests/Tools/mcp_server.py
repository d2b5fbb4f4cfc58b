"""A server of the Model Context Protocol over standard input and output, by the specification and without a library."""

import base64
import json
import sys

TOOLS = [
    {
        "name": "weather.today", "description": "The weather in a city.",
        "inputSchema": {
            "type": "object", "required": ["city"],
            "properties": {
                "city": {"type": "string", "description": "Its name"},
                "unit": {"type": "string", "enum": ["C", "F"], "default": "C"}}},
        "outputSchema": {
            "type": "object", "required": ["degrees"], "properties": {"degrees": {"type": "number"}, "unit": {"type": "string"}}}},
    {"name": "say", "description": "Says it.", "inputSchema": {"type": "object", "properties": {"what": {"type": "string"}}}},
    {"name": "fail", "inputSchema": {"type": "object"}},
    {"name": "picture", "inputSchema": {"type": "object"}},
]


def call(name, arguments):
    if name == "weather.today":
        found = {"degrees": 21.5, "unit": arguments.get("unit", "C")}
        return {"content": [{"type": "text", "text": json.dumps(found)}], "structuredContent": found}
    if name == "say":
        return {"content": [{"type": "text", "text": arguments["what"]}]}
    if name == "picture":
        data = base64.b64encode(b"\x89PNG").decode()
        return {"content": [{"type": "image", "data": data, "mimeType": "image/png"}]}
    return {"content": [{"type": "text", "text": "the sensor is broken"}], "isError": True}


for line in sys.stdin:
    message = json.loads(line)
    method, parameters = message.get("method"), message.get("params") or {}
    if method == "initialize":
        result = {
            "protocolVersion": parameters["protocolVersion"], "capabilities": {"tools": {}},
            "serverInfo": {"name": "weather", "version": "1"}}
    elif method == "tools/list":
        result = {"tools": TOOLS}
    elif method == "tools/call":
        result = call(parameters["name"], parameters.get("arguments") or {})
    elif method == "ping":
        result = {}
    else:
        if "id" in message:
            print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "no such method"}}), flush=True)
        continue
    if "id" in message:
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)
