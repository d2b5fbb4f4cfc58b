using System.Net;
using System.Net.Sockets;

namespace CodeAct.Python.Network;

/// <summary>Tells addresses that anyone on the internet may be asked at from those of this machine, its networks and its cloud.</summary>
internal static class PublicAddress
{
    // IANA's registries of special-purpose addresses: all that is not globally reachable.
    private static readonly (IPNetwork Network, string Name)[] _special =
    [
        .. Named("a loopback", "127.0.0.0/8", "::1/128"),
        .. Named("a link-local or metadata", "169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128"),
        .. Named("a private", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
        .. Named("a carrier's shared", "100.64.0.0/10"),
        .. Named("a multicast", "224.0.0.0/4", "ff00::/8"),
        .. Named("a special-purpose", "0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "240.0.0.0/4", "::/128", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16"),
    ];

    // Prefixes in front of an IPv4 address that a gateway on the way takes out, and where in the address it stands.
    private static readonly (IPNetwork Network, int At)[] _wrappers =
    [
        (IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("64:ff9b:1::/48"), 12), (IPNetwork.Parse("2002::/16"), 2),
        (IPNetwork.Parse("::/96"), 12),
    ];

    /// <summary>What kind of address it is, such as <c>a private</c>; null for a public one.</summary>
    public static string? WhyNot(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var (network, name) in _special)
        {
            if (network.Contains(plain))
            {
                return name;
            }
        }

        if (plain.AddressFamily == AddressFamily.InterNetworkV6)
        {
            foreach (var (network, at) in _wrappers)
            {
                if (network.Contains(plain))
                {
                    return WhyNot(new IPAddress(plain.GetAddressBytes().AsSpan(at, 4)));
                }
            }
        }

        return null;
    }

    private static IEnumerable<(IPNetwork Network, string Name)> Named(string name, params string[] networks) =>
        networks.Select(network => (IPNetwork.Parse(network), name));
}
