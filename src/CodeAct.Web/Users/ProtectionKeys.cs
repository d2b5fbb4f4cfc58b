using System.Xml.Linq;
using CodeAct.Conversations.Sql;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace CodeAct.Web.Users;

/// <summary>The keys that cookies are encrypted with, so that a restart signs nobody out and several servers know each other's.</summary>
/// <param name="database">Has the tables of <see cref="Accounts"/>; stays with its owner.</param>
internal sealed class ProtectionKeys(SqlDatabase database) : IXmlRepository
{
    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements() => Wait(async () =>
    {
        await using var connection = await database.ConnectAsync(CancellationToken.None);
        return await connection.QueryAsync(
            "SELECT xml FROM protection_keys", row => XElement.Parse(row.GetString(0)), CancellationToken.None);
    });

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName) => Wait(async () =>
    {
        await using var connection = await database.ConnectAsync(CancellationToken.None);
        return await connection.ExecuteAsync(
            "INSERT INTO protection_keys (name, xml) VALUES (@name, @xml)",
            CancellationToken.None,
            ("name", friendlyName),
            ("xml", element.ToString(SaveOptions.DisableFormatting)));
    });

    // The interface knows no tasks; it is asked once a day at most.
    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
