using System.ClientModel;
using System.Text.Json;
using CodeAct.WebTests.Hosting;
using OpenAI.Files;

namespace CodeAct.WebTests.OpenAI;

public sealed class FilesTests(WebHost host)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_uploaded_listed_read_and_deleted()
    {
        var files = host.Files();
        var upload = (await files.UploadFileAsync(BinaryData.FromString("hello"), "../hello.txt", FileUploadPurpose.Assistants)).Value;
        Assert.Equal(("hello.txt", 5L, FilePurpose.Assistants), (upload.Filename, upload.SizeInBytesLong, upload.Purpose));
        Assert.Contains((await files.GetFilesAsync(Cancel)).Value, file => file.Id == upload.Id);
        Assert.Equal("hello", (await files.DownloadFileAsync(upload.Id, Cancel)).Value.ToString());
        Assert.True((await files.DeleteFileAsync(upload.Id, Cancel)).Value.Deleted);
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => files.GetFileAsync(upload.Id, Cancel));
        Assert.Equal(404, gone.Status);
    }

    [Theory]
    [InlineData("file-0123")]
    [InlineData("file-..")]
    [InlineData("..%2Fusers")]
    [InlineData("cfile_nosuchone1_61")]
    public async Task A_name_that_is_none_of_a_file_leads_nowhere(string id)
    {
        using var client = host.Client();
        using var response = await client.GetAsync($"v1/files/{id}/content", Cancel);
        Assert.Equal(404, (int)response.StatusCode);
        Assert.Equal("not_found", (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("error").GetProperty("code").GetString());
    }
}
