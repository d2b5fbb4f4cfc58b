# attempt: names looked up, which is a message to the outside
# expect: refused
# floor: yes
forbidden(lambda: socket.getaddrinfo("codeact-canary.invalid", 80), lambda: socket.gethostbyname("example.com"))
