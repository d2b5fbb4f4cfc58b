using System.Text.RegularExpressions;
using CodeAct.Llama.Tokenization;

namespace CodeAct.Tests.Llama;

public sealed class PreTokenizerTests
{
    /// <summary>.NET's expressions work on UTF-16 units, so the comparison keeps to characters of one unit.</summary>
    [Fact]
    public void Pieces_are_those_of_the_published_expression()
    {
        const string Characters = "aZé日ß19½Ⅷ  \t\n\r\u00a0\u2028.,'sStTrReEvVlLmMdD!?=<>_-\u0301\u200b";
        var random = new Random(1);
        var expression = new Regex(PreTokenizer.Pattern, RegexOptions.None, TimeSpan.FromSeconds(10));
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string(random.GetItems<char>(Characters, random.Next(12)));
            Assert.Equal(
                expression.Matches(text).Select(match => match.Value),
                PreTokenizer.Split(text).Select(range => text[range]));
        }
    }

    [Fact]
    public void Digits_and_letters_outside_the_basic_plane_are_known() =>
        Assert.Equal(["𝐀𝐁", "𝟏", "𝟐", "🙂!"], PreTokenizer.Split("𝐀𝐁𝟏𝟐🙂!").Select(range => "𝐀𝐁𝟏𝟐🙂!"[range]));
}
