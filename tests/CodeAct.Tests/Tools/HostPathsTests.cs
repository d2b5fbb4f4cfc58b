using CodeAct.Tools;

namespace CodeAct.Tests.Tools;

public sealed class HostPathsTests
{
    private static readonly string[] _known = ["/usr/o'brien, inc/app (1)/", @"D:\Program Files (x86)\it's\"];

    [Theory]
    [InlineData("Could not find '/usr/my files/a secret/key.txt'.", "Could not find '…/key.txt'.")]
    [InlineData("Could not find \"/usr/my: files/a, secret/my key.txt\".", "Could not find \"…/my key.txt\".")]
    [InlineData("Copied '/usr/a b/c' to '/tmp/d e/f'", "Copied '…/c' to '…/f'")]
    [InlineData("/usr/my files/key.txt: denied", "…/key.txt: denied")]
    [InlineData("Cannot copy /usr/a b/c to /tmp/d e/f g", "Cannot copy …/c to …/f g")]
    [InlineData("no/usr/ways, 1/2 (/usr/lib/x) and=/usr/lib/y", "no/usr/ways, 1/2 (…/x) and=…/y")]
    [InlineData("/usr/lib/", "…/")]
    [InlineData("at A.B() in /usr/it's, mine/a b/C.cs:line 12\n  at D() in C:\\src\\my app\\E.cs:line 3", "at A.B() in …/C.cs:line 12\n  at D() in …\\E.cs:line 3")]
    [InlineData("File \"/usr/lib/my python/a.py\", line 3", "File \"…/a.py\", line 3")]
    public void Paths_of_directories_are_cut_to_their_last_part(string text, string expected) => Assert.Equal(expected, HostPaths.Remove(text, []));

    [Theory]
    [InlineData(@"Access to 'C:\Users\Jane Doe\key.txt' is denied.", @"Access to '…\key.txt' is denied.")]
    [InlineData(@"C:\Program Files (x86)\My App\key.txt: denied", @"…\key.txt: denied")]
    [InlineData(@"The network path \\server\some share\key.txt was not found", @"The network path …\key.txt was not found")]
    [InlineData(@"'\\?\C:\very long\key.txt'", @"'…\key.txt'")]
    [InlineData(@"at C:/Users/Jane Doe/key.txt", "at …/key.txt")]
    [InlineData(@"Invalid pattern '\d+\w' or \\d+\\w", @"Invalid pattern '\d+\w' or \\d+\\w")]
    public void Paths_of_Windows_too(string text, string expected) => Assert.Equal(expected, HostPaths.Remove(text, []));

    [Theory]
    [InlineData("open /usr/o'brien, inc/app (1)/data/key.txt failed", "open …/key.txt failed")]
    [InlineData("'/usr/o'brien, inc/app (1)/my data/key.txt'", "'…/key.txt'")]
    [InlineData(@"'d:\program files (x86)\it's\key.txt'", @"'…\key.txt'")]
    public void Directories_that_are_known_go_whatever_they_are_called(string text, string expected) =>
        Assert.Equal(expected, HostPaths.Remove(text, _known));

    [Theory]
    [InlineData("The shop is closed; try /api/v2/orders tomorrow.")]
    [InlineData("GET https://example.org/usr/lib/x gave '/api/v2 beta/orders'")]
    [InlineData("and/or, 3/4, / and //, </div>, /usr")]
    [InlineData("")]
    public void What_leads_nowhere_on_this_machine_stays(string text) => Assert.Equal(text, HostPaths.Remove(text, HostPaths.Known));

    [Fact]
    public void The_directories_of_this_process_are_known()
    {
        foreach (var directory in HostPaths.Known)
        {
            Assert.Equal("It's …/key.txt!", HostPaths.Remove($"It's {Path.Combine(directory, "a", "key.txt")}!", HostPaths.Known));
        }
    }
}
