"""Jupyter's own clients, as Debian has them, on a kernel of this server. Usage: jupyter_clients.py PART URL; writes JSON."""

import asyncio
import json
import sys
import uuid

import nbclient
import nbformat
import websocket
from jupyter_server.gateway.gateway_client import GatewayClient
from jupyter_server.gateway.managers import GatewayKernelManager

CELLS = [
    "import numpy as np, pandas as pd, matplotlib.pyplot as plt, os\nprint(os.getcwd())",
    "pd.DataFrame({'x': [1, 2], 'y': [0.5, 0.25]})",
    "plt.plot(np.arange(5) ** 2)\nplt.title('squares')\nplt.show()",
    "import sys\nprint('to stderr', file=sys.stderr)\n6 * 7",
    "1 / 0",
    "_ + 1",
]


async def notebook(url):
    """Runs a notebook by nbclient, through the gateway client of Jupyter Server."""
    GatewayClient.instance().url = url
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    client = nbclient.NotebookClient(book, kernel_manager_class=GatewayKernelManager, kernel_name="python3", allow_errors=True, timeout=60)
    await client.async_execute()
    nbformat.validate(book)
    return book


async def binary(url):
    """Speaks the binary subprotocol with the functions by which Jupyter Server does."""
    from jupyter_server.base.zmqhandlers import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1

    GatewayClient.instance().url = url
    manager = GatewayKernelManager()
    await manager.start_kernel()
    socket = websocket.create_connection(
        f"{url.replace('http', 'ws', 1)}/api/kernels/{manager.kernel_id}/channels", subprotocols=["v1.kernel.websocket.jupyter.org"])
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": "s", "username": "u", "version": "5.3"}
    content = {"code": "print('é')", "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    socket.send_binary(serialize_msg_to_ws_v1(message, "shell", lambda part: json.dumps(part).encode()))
    told = []
    while not told or told[-1][1:] != ["status", "idle"]:
        channel, parts = deserialize_msg_from_ws_v1(socket.recv())
        said, parent, _, content = (json.loads(part) for part in parts)
        assert parent["msg_id"] == header["msg_id"]
        told.append([channel, said["msg_type"], content.get("execution_state") or content.get("text") or content.get("status") or ""])
    socket.close()
    await manager.shutdown_kernel()
    return {"protocol": socket.getsubprotocol(), "told": told}


print(json.dumps(asyncio.run({"notebook": notebook, "binary": binary}[sys.argv[1]](sys.argv[2]))))
