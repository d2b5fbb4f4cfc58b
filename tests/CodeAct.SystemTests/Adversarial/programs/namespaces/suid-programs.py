# attempt: programs that give privileges to whoever runs them
# expect: contained
# floor: yes
!su -c id < /dev/null; passwd -S; mount -t tmpfs x /tmp; newuidmap $$ 0 0 1; unshare -Ur id; chsh < /dev/null; id
# %%
if os.geteuid() == 0 and open("/proc/self/uid_map").read().split()[2] != "1":
    escaped("root")
