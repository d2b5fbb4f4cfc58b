using System.Globalization;

namespace CodeAct.Web.Pages.Panels;

/// <summary>Numbers of bytes as people read them.</summary>
internal static class Sizes
{
    private static readonly string[] _units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>With a unit of 1000, and one digit after the point below ten of it.</summary>
    public static string Of(long bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        while (value >= 999.5 && unit < _units.Length - 1)
        {
            (value, unit) = (value / 1000, unit + 1);
        }

        var digits = value.ToString(unit > 0 && value < 9.95 ? "0.0" : "0", CultureInfo.InvariantCulture);
        return $"{digits} {_units[unit]}";
    }
}
