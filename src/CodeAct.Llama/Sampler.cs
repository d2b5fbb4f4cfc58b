using System.Security.Cryptography;
using CodeAct.Llama.Native;
using Microsoft.Extensions.AI;

namespace CodeAct.Llama;

/// <summary>Makes llama.cpp's samplers from a request's options.</summary>
internal static class Sampler
{
    /// <summary>The likeliest token without a temperature or at 0; else top-k, top-p, then a draw with the seed.</summary>
    public static LlamaSamplerHandle Create(ChatOptions? options)
    {
        var chain = LlamaNative.llama_sampler_chain_init(LlamaNative.llama_sampler_chain_default_params());
        if (options?.Temperature is not (> 0 and var temperature))
        {
            LlamaNative.llama_sampler_chain_add(chain, LlamaNative.llama_sampler_init_greedy());
            return chain;
        }

        if (options.TopK is { } k)
            LlamaNative.llama_sampler_chain_add(chain, LlamaNative.llama_sampler_init_top_k(k));

        if (options.TopP is { } p)
            LlamaNative.llama_sampler_chain_add(chain, LlamaNative.llama_sampler_init_top_p(p, keepAtLeast: 1));

        LlamaNative.llama_sampler_chain_add(chain, LlamaNative.llama_sampler_init_temp(temperature));
        var seed = options.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        LlamaNative.llama_sampler_chain_add(chain, LlamaNative.llama_sampler_init_dist((uint)seed));
        return chain;
    }
}
