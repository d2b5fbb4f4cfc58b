using System.Data.Common;
using System.Globalization;

namespace CodeAct.Conversations.Sql;

/// <summary>Commands in one expression.</summary>
internal static class DbCommands
{
    public static DbCommand Command(this DbConnection connection, string text, params (string Name, object? Value)[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>Gives the number of rows that were changed.</summary>
    public static async Task<int> ExecuteAsync(
        this DbConnection connection, string text, CancellationToken cancellationToken, params (string Name, object? Value)[] values)
    {
        await using var command = connection.Command(text, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Gives all rows.</summary>
    public static async Task<IReadOnlyList<T>> QueryAsync<T>(
        this DbConnection connection,
        string text,
        Func<DbDataReader, T> read,
        CancellationToken cancellationToken,
        params (string Name, object? Value)[] values)
    {
        await using var select = connection.Command(text, values);
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        var found = new List<T>();
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add(read(rows));
        }

        return found;
    }

    /// <summary>A time as text; of equal length and in UTC, it sorts as the times do.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Text(DateTimeOffset)"/> wrote.</summary>
    public static DateTimeOffset Time(this DbDataReader row, int column) =>
        DateTimeOffset.Parse(row.GetString(column), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Text that may be missing.</summary>
    public static string? Maybe(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
