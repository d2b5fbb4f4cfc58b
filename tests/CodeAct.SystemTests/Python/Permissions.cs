namespace CodeAct.SystemTests.Python;

/// <summary>Opens files of a test to other users, as which sessions run when root starts them.</summary>
internal static class Permissions
{
    private const UnixFileMode Reading = (UnixFileMode)0b111_101_101;
    private const UnixFileMode Writing = (UnixFileMode)0b111_111_111;

    public static void LetAllRead(string path) => Set(path, Reading);

    public static void LetAllWrite(string path) => Set(path, Writing);

    private static void Set(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("The interpreter is confined by Linux.");
        }

        File.SetUnixFileMode(path, mode);
    }
}
