using CodeAct.Conversations;
using CodeAct.Conversations.Sql;
using Microsoft.Data.Sqlite;

namespace CodeAct.SystemTests.Conversations;

public sealed class SqliteConversationStoreTests : ConversationStoreConformance
{
    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-store-").FullName;

    protected override string Database => "sqlite";

    private string StoreFile => Path.Combine(_directory, "data", "conversations.db");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void The_file_is_its_owners_alone()
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(StoreFile));
        }
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_by_name()
    {
        var file = Path.Combine(_directory, "notes.txt");
        await File.WriteAllTextAsync(file, new string('x', 5000), Cancel);

        var refused = await Assert.ThrowsAsync<IOException>(() => SqliteDatabase.OpenAsync(file, Cancel));

        Assert.Contains("notes.txt", refused.Message);
    }

    protected override async Task<IConversationStore> OpenAsync() => await SqlConversationStore.OpenAsync(
        await SqliteDatabase.OpenAsync(StoreFile, Cancel), Time, Cancel);

    protected override async Task RestoreAsync(string script)
    {
        if (script.Contains("CREATE TABLE", StringComparison.Ordinal))
        {
            File.Delete(StoreFile);
        }

        await using var connection = new SqliteConnection($"Data Source={StoreFile};Pooling=False");
        await connection.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = script;
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
