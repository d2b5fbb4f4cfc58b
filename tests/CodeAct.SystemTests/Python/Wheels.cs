using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace CodeAct.SystemTests.Python;

/// <summary>A folder of packages that a test makes: a wheel is a zip file with three texts about it, a source archive a tar file.</summary>
public sealed class Wheels : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("codeact-wheels-").FullName;

    public Wheels()
    {
        if (!OperatingSystem.IsWindows())
        {
            // Sessions have another uid.
            File.SetUnixFileMode(Folder, File.GetUnixFileMode(Folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }
    }

    /// <summary>Adds a wheel with one module.</summary>
    public Wheels Add(string name, string version, string code = "", string[]? needs = null, string entry = "")
    {
        var about = $"{name}-{version}.dist-info";
        var texts = new Dictionary<string, string>
        {
            [$"{name}/__init__.py"] = $"__version__ = '{version}'\n{code}\n",
            [$"{about}/METADATA"] = Metadata(name, version, needs ?? []),
            [$"{about}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: codeact-tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        };
        if (entry.Length > 0)
        {
            texts[$"{about}/entry_points.txt"] = $"[console_scripts]\n{entry}\n";
        }

        texts[$"{about}/RECORD"] = string.Concat(texts.Keys.Append($"{about}/RECORD").Select(path => $"{path},,\n"));
        using var wheel = ZipFile.Open(Path.Combine(Folder, $"{name}-{version}-py3-none-any.whl"), ZipArchiveMode.Create);
        foreach (var (path, text) in texts)
        {
            using var target = new StreamWriter(wheel.CreateEntry(path).Open());
            target.Write(text);
        }

        return this;
    }

    /// <summary>Adds a source archive, whose <c>setup.py</c> is a program that whoever builds it runs.</summary>
    public Wheels AddSource(string name, string version, string setup)
    {
        using var file = File.Create(Path.Combine(Folder, $"{name}-{version}.tar.gz"));
        using var zip = new GZipStream(file, CompressionLevel.Fastest);
        using var archive = new TarWriter(zip);
        foreach (var (path, text) in new[] { ("setup.py", setup), ("PKG-INFO", Metadata(name, version, [])), ($"{name}.py", "built = True\n") })
        {
            archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"{name}-{version}/{path}")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
            });
        }

        return this;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string Metadata(string name, string version, string[] needs) =>
        $"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + string.Concat(needs.Select(need => $"Requires-Dist: {need}\n"));
}
