using System.Net;
using CodeAct.Python.Network;

namespace CodeAct.SystemTests.Python.Network;

public sealed class NetworkPolicyTests
{
    [Theory]
    [InlineData("Example.ORG:443", "example.org", 443, true)]
    [InlineData("example.org:443", "example.org.", 443, true)]
    [InlineData("example.org:443", "example.org", 80, false)]
    [InlineData("example.org:443", "www.example.org", 443, false)]
    [InlineData("example.org:443", "example.org.evil.net", 443, false)]
    [InlineData("*.example.org:443", "www.example.org", 443, true)]
    [InlineData("*.example.org:443", "a.b.example.org", 443, true)]
    [InlineData("*.example.org:443", "example.org", 443, false)]
    [InlineData("*.example.org:443", "evilexample.org", 443, false)]
    [InlineData("*.example.org:443", ".example.org", 443, false)]
    [InlineData("bücher.example:443", "xn--bcher-kva.example", 443, true)]
    [InlineData("10.1.2.3:80", "10.1.2.3", 80, true)]
    [InlineData("10.1.2.3:80", "::ffff:10.1.2.3", 80, true)]
    [InlineData("[::1]:80", "0:0::1", 80, true)]
    [InlineData("127.0.0.1:80", "localhost", 80, false)]
    [InlineData("127.0.0.1:80", "127.1", 80, false)]
    [InlineData("127.0.0.1:80", "2130706433", 80, false)]
    [InlineData("127.0.0.1:80", "0x7f000001", 80, false)]
    [InlineData("127.0.0.1:80", "0177.0.0.1", 80, false)]
    public void An_entry_covers_what_it_says_and_nothing_like_it(string entry, string host, int port, bool allowed) =>
        Assert.Equal(allowed, AllowedHost.Canonical(host) is { } name && NetworkPolicy.Allow(entry).Allows(name, port));

    [Theory]
    [InlineData("example.org")]
    [InlineData("example.org:0")]
    [InlineData("example.org:65536")]
    [InlineData("example.org:https")]
    [InlineData("http://example.org:80")]
    [InlineData("user@example.org:80")]
    [InlineData("*:443")]
    [InlineData("*.org:443")]
    [InlineData("*.1.2.3.4:443")]
    [InlineData("www.*.org:443")]
    [InlineData("::1:80")]
    [InlineData("[::1]80")]
    [InlineData("[fe80::1%eth0]:80")]
    [InlineData("127.1:80")]
    [InlineData("0x7f000001:80")]
    [InlineData(":80")]
    [InlineData("")]
    public void What_is_no_entry_is_named_in_the_error(string entry)
    {
        var error = Assert.Throws<FormatException>(() => NetworkPolicy.Allow("example.org:443", entry));
        Assert.Contains($"'{entry}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("198.18.0.1")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    [InlineData("fe80::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fc00::1")]
    [InlineData("ff02::1")]
    public void An_address_of_the_machine_or_its_networks_is_not_public(string address) =>
        Assert.NotNull(PublicAddress.WhyNot(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("64:ff9b::1.1.1.1")]
    public void An_address_of_the_internet_is(string address) => Assert.Null(PublicAddress.WhyNot(IPAddress.Parse(address)));
}
