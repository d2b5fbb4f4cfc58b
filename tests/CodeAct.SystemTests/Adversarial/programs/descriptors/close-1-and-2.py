# attempt: closes the streams
# expect: lives
os.close(1)
os.close(2)
print("through the engine all the same")
