using System.Security.Cryptography;
using System.Text;

namespace CodeAct.Web.Users;

/// <summary>What is known to its bearer only, and kept as a hash.</summary>
internal static class Secrets
{
    private const string Letters = "0123456789abcdefghjkmnpqrstvwxyz"; // fit to be typed

    /// <summary>Ten characters that no other has.</summary>
    public static string NewId() => RandomNumberGenerator.GetString(Letters, 10);

    /// <summary>160 random bits, so that a hash without salt and without effort is enough.</summary>
    public static string New(string prefix) => prefix + RandomNumberGenerator.GetString(Letters, 32);

    /// <summary>SHA-256 in hexadecimal.</summary>
    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
