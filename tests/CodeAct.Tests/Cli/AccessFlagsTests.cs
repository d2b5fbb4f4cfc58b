using System.CommandLine;
using System.Net;
using CodeAct.Cli;
using CodeAct.Web.Users;

namespace CodeAct.Tests.Cli;

public sealed class AccessFlagsTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5080", "", false, true)]
    [InlineData("http://localhost:5080", "--accounts", true, true)]
    [InlineData("http://127.0.0.1:5080", "--openid https://id.example", true, true)]
    [InlineData("http://127.0.0.1:5080", "--proxy 127.0.0.1", true, false)]
    [InlineData("http://0.0.0.0:80", "", true, false)]
    [InlineData("http://192.168.1.2:80", "--registration open", true, false)]
    public void Where_others_can_reach_it_everybody_signs_in_and_cookies_go_over_TLS(
        string url, string flags, bool accounts, bool plainCookies)
    {
        var options = Read(url, flags);

        Assert.Equal((accounts, plainCookies), (options.AccountsRequired, options.AllowsPlainCookies));
    }

    [Fact]
    public void Each_flag_is_read()
    {
        var options = Read("http://[::]:80", "--registration invitation --openid http://127.0.0.1:9 --openid-client me --proxy 10.0.0.0/8 --proxy ::1");

        Assert.Equal(Registration.Invitation, options.Registration);
        Assert.Equal(("127.0.0.1", "me"), (options.OpenId!.Name, options.OpenId.ClientId));
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("::1/128")], options.Proxies);
        Assert.Equal(Registration.Closed, Read("http://[::]:80", "").Registration);
    }

    [Theory]
    [InlineData("--openid http://id.example")]
    [InlineData("--openid id.example")]
    [InlineData("--proxy proxy.local")]
    [InlineData("--registration everybody")]
    public void What_cannot_be_is_an_error(string flags) => Assert.NotEmpty(Parse(flags).Arguments.Errors);

    private static AccessOptions Read(string url, string flags)
    {
        var (arguments, access) = Parse(flags);
        Assert.Empty(arguments.Errors);
        return access.Read(arguments, new Uri(url));
    }

    private static (ParseResult Arguments, AccessFlags Access) Parse(string flags)
    {
        var access = new AccessFlags();
        var command = new RootCommand();
        access.AddTo(command);
        return (command.Parse(flags), access);
    }
}
