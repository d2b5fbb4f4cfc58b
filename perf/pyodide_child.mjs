// Pyodide in Node: cells come on standard input, what each has shown goes to standard output, with its length (4 bytes, little
// endian) before it. usage: node pyodide_child.mjs FOLDER-OF-PYODIDE
import { pathToFileURL } from "node:url";

const { loadPyodide } = await import(pathToFileURL(process.argv[2] + "/pyodide.mjs"));
let shown = [];
const keep = { write: (bytes) => (shown.push(Buffer.from(bytes)), bytes.length) };
const python = await loadPyodide({ indexURL: process.argv[2] + "/" });
python.setStdout(keep);
python.setStderr(keep);

async function* cells() {
    let bytes = Buffer.alloc(0);
    for await (const piece of process.stdin) {
        bytes = Buffer.concat([bytes, piece]);
        while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32LE()) {
            const end = 4 + bytes.readUInt32LE();
            yield bytes.subarray(4, end).toString();
            bytes = bytes.subarray(end);
        }
    }
}

for await (const code of cells()) {
    shown = [];
    try {
        const value = python.runPython(code);
        if (value !== undefined) shown.push(Buffer.from(String(value)));
        value?.destroy?.();
    } catch (error) {
        shown.push(Buffer.from(error.message));
    }
    const text = Buffer.concat(shown);
    const answer = Buffer.concat([Buffer.alloc(4), text]);
    answer.writeUInt32LE(text.length);
    process.stdout.write(answer);
}
