using System.Runtime.InteropServices;

namespace CodeAct.Llama.Native;

/// <summary>Owns a <c>llama_model</c>.</summary>
internal sealed class LlamaModelHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LlamaNative.llama_model_free(handle);
        return true;
    }
}

/// <summary>Owns a <c>llama_context</c> and keeps its model alive, which llama.cpp asks of the caller.</summary>
internal sealed class LlamaContextHandle : SafeHandle
{
    private readonly LlamaModelHandle _model;

    public LlamaContextHandle(LlamaModelHandle model, ContextParameters parameters) : base(0, ownsHandle: true)
    {
        var added = false;
        model.DangerousAddRef(ref added);
        _model = model;
        SetHandle(LlamaNative.llama_init_from_model(model, parameters));
        if (IsInvalid)
            model.DangerousRelease();
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LlamaNative.llama_free(handle);
        _model.DangerousRelease();
        return true;
    }
}

/// <summary>Owns a chain of <c>llama_sampler</c>s; the chain owns its members.</summary>
internal sealed class LlamaSamplerHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LlamaNative.llama_sampler_free(handle);
        return true;
    }
}
