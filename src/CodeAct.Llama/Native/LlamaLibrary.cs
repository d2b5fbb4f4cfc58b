using System.Runtime.InteropServices;

namespace CodeAct.Llama.Native;

/// <summary>Finds and loads the native llama.cpp library, once per process.</summary>
internal static class LlamaLibrary
{
    /// <summary>The folder with the library, for a machine that keeps it elsewhere than in <c>.tools/llama</c>.</summary>
    public const string DirectoryVariable = "CODEACT_LLAMA_DIR";

    /// <summary>The release that the structs here are laid out for.</summary>
    private const string Release = "0.5.";

    private const string NextStep = $"Run scripts/setup-llama, or set {DirectoryVariable} to a folder that has it.";

    private static readonly Lock _gate = new();
    private static bool _isReady;
    private static nint _ggmlBase;
    private static nint _ggml;
    private static nint _llama;

    /// <summary>Loads the library; does nothing when a folder was loaded before.</summary>
    /// <param name="directory">The folder; null looks in <c>CODEACT_LLAMA_DIR</c>, then upwards for .tools/llama.</param>
    /// <exception cref="LlamaLibraryException">No folder holds the library, or it does not load here.</exception>
    public static void Load(string? directory)
    {
        lock (_gate)
        {
            if (_isReady)
                return;

            directory ??= Environment.GetEnvironmentVariable(DirectoryVariable) ?? FindUpwards(AppContext.BaseDirectory);
            LoadFiles(Locate(directory));
            LlamaLog.Attach();
            LlamaNative.ggml_backend_load_all_from_path(directory);
            LlamaNative.llama_backend_init();
            _isReady = true;
        }
    }

    /// <summary>The library's files in a folder.</summary>
    /// <exception cref="LlamaLibraryException">One is missing.</exception>
    public static Files Locate(string folder) =>
        new(folder, Find(folder, "libggml-base.so"), Find(folder, "libggml.v*.so"), Find(folder, "libllama.v*.so"));

    private static string FindUpwards(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, ".tools", "llama");
            if (Directory.Exists(candidate))
                return candidate;
        }

        throw new LlamaLibraryException(
            $"llama.cpp is not installed: no .tools/llama in {start} or above it. {NextStep}");
    }

    private static void LoadFiles(Files files)
    {
        if (_llama != 0)
            throw new LlamaLibraryException("llama.cpp was found unusable before; start the program again with another one.");

        try
        {
            _ggmlBase = NativeLibrary.Load(files.GgmlBase);
            _ggml = NativeLibrary.Load(files.Ggml);
            _llama = NativeLibrary.Load(files.Llama);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new LlamaLibraryException($"llama.cpp in {files.Folder} does not load on this machine: {e.Message}", e);
        }

        NativeLibrary.SetDllImportResolver(typeof(LlamaLibrary).Assembly, (name, _, _) => name switch
        {
            LlamaNative.Llama => _llama,
            LlamaNative.Ggml => _ggml,
            LlamaNative.GgmlBase => _ggmlBase,
            _ => 0,
        });
        var version = NativeLibrary.TryGetExport(_llama, nameof(LlamaNative.llama_version), out _)
            ? Marshal.PtrToStringUTF8(LlamaNative.llama_version())!
            : "of an unknown version";
        if (!version.StartsWith(Release, StringComparison.Ordinal))
            throw new LlamaLibraryException($"llama.cpp in {files.Folder} is {version}, but {Release}x is needed. {NextStep}");
    }

    private static string Find(string folder, string pattern) =>
        (Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern).Min(StringComparer.Ordinal) : null)
        ?? throw new LlamaLibraryException($"llama.cpp is not complete: {folder} has no {pattern}. {NextStep}");

    /// <summary>The files that are loaded, each needing the ones before it.</summary>
    internal sealed record Files(string Folder, string GgmlBase, string Ggml, string Llama);
}
