using System.Runtime.InteropServices;

namespace CodeAct.Llama.Native;

/// <summary>Finds and loads the native llama.cpp library, once per process.</summary>
internal static class LlamaLibrary
{
    /// <summary>The folder with the library, for a machine that keeps it elsewhere than in <c>.tools/llama</c>.</summary>
    public const string DirectoryVariable = "CODEACT_LLAMA_DIR";

    private static readonly Lock _gate = new();
    private static nint _ggmlBase;
    private static nint _ggml;
    private static nint _llama;

    /// <summary>Loads the library; does nothing when a folder was loaded before.</summary>
    /// <param name="directory">The folder to load from; null looks in <c>CODEACT_LLAMA_DIR</c>, then upwards for .tools/llama.</param>
    /// <exception cref="LlamaLibraryException">No folder holds the library, or it does not load here.</exception>
    public static void Load(string? directory)
    {
        lock (_gate)
        {
            if (_llama != 0)
                return;

            var folder = directory ?? Environment.GetEnvironmentVariable(DirectoryVariable) ?? FindUpwards(AppContext.BaseDirectory);
            LoadFiles(folder);
            NativeLibrary.SetDllImportResolver(typeof(LlamaLibrary).Assembly, (name, _, _) => name switch
            {
                LlamaNative.Llama => _llama,
                LlamaNative.Ggml => _ggml,
                LlamaNative.GgmlBase => _ggmlBase,
                _ => 0,
            });
            LlamaLog.Attach();
            LlamaNative.ggml_backend_load_all_from_path(folder);
            LlamaNative.llama_backend_init();
        }
    }

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

    private static void LoadFiles(string folder)
    {
        try
        {
            // Each file needs the ones before it; libggml-base is already in memory when the CPU plug-ins ask for it.
            _ggmlBase = NativeLibrary.Load(Find(folder, "libggml-base.so"));
            _ggml = NativeLibrary.Load(Find(folder, "libggml.v*.so"));
            _llama = NativeLibrary.Load(Find(folder, "libllama.v*.so"));
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new LlamaLibraryException($"llama.cpp in {folder} does not load on this machine: {e.Message}", e);
        }
    }

    private static string Find(string folder, string pattern) =>
        (Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).FirstOrDefault() : null)
        ?? throw new LlamaLibraryException($"llama.cpp is not complete: {folder} has no {pattern}. {NextStep}");

    private const string NextStep = $"Run scripts/setup-llama, or set {DirectoryVariable} to a folder that has it.";
}
