// Pyodide in Node: cells come on standard input, what each has shown goes to standard output, with its length (4 bytes, little
// endian) before it. usage: node pyodide_child.mjs FOLDER-OF-PYODIDE
import { readSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { loadPyodide } = await import(pathToFileURL(process.argv[2] + "/pyodide.mjs"));
let shown = [];
const keep = { write: (bytes) => (shown.push(Buffer.from(bytes)), bytes.length) };
const python = await loadPyodide({ indexURL: process.argv[2] + "/" });
python.setStdout(keep);
python.setStderr(keep);

function read(size) {
    const bytes = Buffer.alloc(size);
    for (let filled = 0; filled < size; ) {
        const count = readSync(0, bytes, filled, size - filled);
        if (count === 0) process.exit(0);
        filled += count;
    }
    return bytes;
}

while (true) {
    const code = read(read(4).readUInt32LE()).toString();
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
    for (let sent = 0; sent < answer.length; ) sent += writeSync(1, answer, sent);
}
