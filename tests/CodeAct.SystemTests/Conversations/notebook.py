"""Reads a notebook as Jupyter does: valid, or it raises. Prints its cells and outputs, a line each. Usage: notebook.py FILE"""

import base64
import sys

try:
    import nbformat
except ImportError:
    sys.exit("nbformat is not installed for this Python; run scripts/setup tests.")

notebook = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(notebook)
for cell in notebook.cells:
    print(cell.cell_type, cell.get("execution_count", "-"))
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        picture = base64.b64decode(data["image/png"])[1:4].decode() if "image/png" in data else "-"
        print(" ", output.output_type, output.get("ename", "-"), sorted(data), picture)
