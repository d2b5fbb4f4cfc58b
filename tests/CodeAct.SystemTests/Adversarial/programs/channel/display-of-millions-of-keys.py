# attempt: JSON that is small on the wire and large in the host
# expect: contained
# limit: 3
body = ("{" + ",".join(f'"{n:x}":""' for n in range(3_000_000)) + "}").encode()
sys.stdout.output.channel.sock.sendall(frame(b"D", body, this_cell()))
