using CodeAct.Models;

namespace CodeAct.Tests;

public sealed class ModelNameTests
{
    [Theory]
    [InlineData("openai:gpt-5", "openai", "gpt-5")]
    [InlineData("gguf:/a b/c:d.gguf", "gguf", "/a b/c:d.gguf")]
    public void A_name_is_split_at_its_first_colon(string text, string provider, string id) =>
        Assert.Equal(new ModelName(provider, id), ModelName.Parse(text));

    [Theory]
    [InlineData("gpt-5")]
    [InlineData(":gpt-5")]
    [InlineData("openai:")]
    [InlineData("")]
    public void A_name_with_a_side_missing_is_refused(string text) =>
        Assert.Throws<FormatException>(() => ModelName.Parse(text));
}
