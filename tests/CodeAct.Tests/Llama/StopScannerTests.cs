using CodeAct.Llama;

namespace CodeAct.Tests.Llama;

public sealed class StopScannerTests
{
    [Theory]
    [InlineData("abc</end>def", "abc")]
    [InlineData("</end>", "")]
    [InlineData("a</e b</", "a</e b</")]
    [InlineData("<<</end>", "<<")]
    [InlineData("a###</end>", "a")]
    public void Text_ends_before_the_first_stop_however_it_is_cut(string text, string expected)
    {
        for (var size = 1; size <= text.Length; size++)
        {
            var scanner = new StopScanner(["</end>", "###"]);
            var seen = string.Concat(text.Chunk(size).Select(part => scanner.Push(new string(part)))) + scanner.Flush();
            Assert.Equal(expected, seen);
        }
    }

    [Fact]
    public void Only_the_possible_beginning_of_a_stop_is_held_back()
    {
        var scanner = new StopScanner(["</end>"]);
        Assert.Equal("x = 1 ", scanner.Push("x = 1 </"));
        Assert.Equal("</ y", scanner.Push(" y"));
        Assert.False(scanner.Stopped);
    }

    [Fact]
    public void Without_stops_text_passes_at_once() => Assert.Equal("abc", new StopScanner([]).Push("abc"));
}
