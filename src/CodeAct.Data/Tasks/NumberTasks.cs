using System.Numerics;

namespace CodeAct.Data.Tasks;

/// <summary>Questions about whole numbers.</summary>
internal static class NumberTasks
{
    private const string IsPrime = "n > 1 and all(n % d for d in range(2, int(n ** 0.5) + 1))";

    public static Family Family { get; } = new("numbers", 8,
    [
        One("is-prime", draw => Likely(draw, 2, 999), "I try all divisors up to the root.", $"n = {{n}}\nprint({IsPrime})",
            n => new VerdictTruth(Prime(n)), yes: "{n} is prime", no: "{n} is not prime") with { Weight = 1.5 },
        One("nth-prime", draw => draw.Int(1, 120), "I collect primes until there are {n}.",
            "primes = []\nk = 2\nwhile len(primes) < {n}:\n    if all(k % p for p in primes):\n        primes.append(k)\n"
            + "    k += 1\nprint(primes[-1])",
            n => Number(Primes().ElementAt(n - 1)), "Prime number {n} is {out}."),
        One("primes-below", draw => draw.Int(5, 60), "I test every number below {n}.",
            "print([n for n in range(2, {n}) if all(n % d for d in range(2, n))])", n =>
                new SequenceTruth([.. Primes().TakeWhile(p => p < n).Select(p => (double)p)]),
            "The primes below {n} are {out}."),
        One("count-primes", draw => draw.Int(10, 900), "I count the primes below {n}.",
            "print(len([n for n in range(2, {n}) if all(n % d for d in range(2, n))]))", n =>
                Number(Primes().TakeWhile(p => p < n).Count()), "There are {out} primes below {n}."),
        One("factorial", draw => draw.Int(2, 15), "I compute the factorial.", "from math import factorial\nprint(factorial({n}))",
            n => Number(Enumerable.Range(1, n).Aggregate(1L, (product, k) => product * k)), "The factorial of {n} is {out}."),
        One("divisors", draw => draw.Int(4, 240), "I list the numbers that divide {n}.",
            "print([d for d in range(1, {n} + 1) if {n} % d == 0])",
            n => new SequenceTruth([.. Enumerable.Range(1, n).Where(d => n % d == 0).Select(d => (double)d)]),
                "The divisors of {n} are {out}."),
        One("count-divisors", draw => draw.Int(4, 900), "I count the numbers that divide {n}.",
            "print(len([d for d in range(1, {n} + 1) if {n} % d == 0]))",
            n => Number(Enumerable.Range(1, n).Count(d => n % d == 0)), "{n} has {out} divisors.") with { Weight = 0.7 },
        One("prime-factors", draw => draw.Int(4, 3000), "I divide by the smallest factor as long as there is one.",
            "n = {n}\nd = 2\nfactors = []\nwhile n > 1:\n    while n % d == 0:\n        factors.append(d)\n        n //= d\n"
            + "    d += 1\nprint(factors)",
            n => new SequenceTruth([.. Factors(n).Select(p => (double)p)]),
                "The prime factors of {n} are {out}.") with { Weight = 1.2 },
        One("perfect-square", draw => draw.Chance(0.5) ? Square(draw.Int(2, 60)) : draw.Int(4, 3600),
            "I compare the square of the root.",
            "from math import isqrt\nprint(isqrt({n}) ** 2 == {n})", n =>
                new VerdictTruth(Square((int)Math.Round(Math.Sqrt(n))) == n),
            yes: "{n} is a perfect square", no: "{n} is not a perfect square"),
        One("fibonacci", draw => draw.Int(3, 40), "I add the last two numbers again and again.",
            "a, b = 0, 1\nfor _ in range({n}):\n    a, b = b, a + b\nprint(a)",
            n => Number(Fibonacci().ElementAt(n)), "Fibonacci number {n} is {out}."),
        One("first-fibonacci", draw => draw.Int(4, 14), "I collect {n} numbers.",
            "f = [0, 1]\nwhile len(f) < {n}:\n    f.append(f[-1] + f[-2])\nprint(f)",
            n => new SequenceTruth([.. Fibonacci().Take(n).Select(f => (double)f)]), "The first {n} are {out}."),
        One("digit-sum", draw => draw.Int(12, 99999), "I add the digits.", "print(sum(int(d) for d in str({n})))",
            n => Number($"{n}".Sum(c => c - '0')), "The digit sum of {n} is {out}."),
        One("to-binary", draw => draw.Int(2, 1000), "I write it in base 2.", "print(bin({n})[2:])",
            n => Text(Convert.ToString(n, 2)), "{n} in binary is {out}.") with { Weight = 1.2 },
        One("to-hex", draw => draw.Int(10, 9000), "I write it in base 16.", "print(hex({n})[2:])", n => Text(n.ToString("x")),
            "{n} in hexadecimal is {out}."),
        One("from-binary", draw => draw.Int(2, 500), "I read it in base 2.", "print(int('{n}', 2))", n => Number(n),
            "It is {out} in decimal.", write: n => Convert.ToString(n, 2)),
        One("sum-to", draw => draw.Int(5, 1000), "I add the range.", "print(sum(range(1, {n} + 1)))",
            n => Number(n * (n + 1) / 2), "The sum is {out}."),
        One("is-even", draw => draw.Int(1, 9999), "I look at the remainder by 2.", "print({n} % 2 == 0)",
            n => new VerdictTruth(n % 2 == 0), yes: "{n} is even", no: "{n} is odd") with { Weight = 0.7 },
        Two("gcd", (a, b) => (int)BigInteger.GreatestCommonDivisor(a, b), "The greatest common divisor of {a} and {b} is {out}.",
            1.3),
        Two("lcm", (a, b) => a / (int)BigInteger.GreatestCommonDivisor(a, b) * b,
            "The least common multiple of {a} and {b} is {out}.", 1.3),
    ]);

    private static Kind One(
        string name, Func<Draw, int> number, string thought, string code, Func<int, Truth> truth, string answer = "",
        string yes = "", string no = "", Func<int, string>? write = null) => new(name, draw =>
    {
        var n = number(draw);
        var slots = new Slots { ["n"] = write is null ? $"{n}" : write(n) };
        var step = new Step(slots.Fill(thought), slots.Fill(code));
        var say = answer.Length > 0 ? Expert.Say(slots.Fill(answer)) : Expert.Verdict(slots.Fill(yes), slots.Fill(no));
        return new Content(new DataTurn(Wordings.Of("numbers", name).Say(draw, slots), [step], say,
            truth(n))
        { Detours = Detours(step) });
    });

    private static Kind Two(string name, Func<int, int, int> truth, string answer, double weight) => new(name, draw =>
    {
        var common = draw.Int(1, 12);
        var (a, b) = (common * draw.Int(2, 40), common * draw.Int(2, 40));
        var slots = new Slots { ["a"] = $"{a}", ["b"] = $"{b}" };
        var step = new Step($"I compute the {name}.", $"from math import {name}\nprint({name}({a}, {b}))");
        return new Content(new DataTurn(Wordings.Of("numbers", name).Say(draw, slots), [step], Expert.Say(slots.Fill(answer)),
            Number(truth(a, b)))
        {
            Detours = Detours(step),
        });
    })
    { Weight = weight };

    // A forgotten import where there is one; else the number is taken for text, or a name is mistaken.
    private static IReadOnlyList<IReadOnlyList<Step>> Detours(Step step) =>
        step.Code.StartsWith("from ", StringComparison.Ordinal) ? [Expert.MissingImport(step)]
        : step.Code.Contains("len(", StringComparison.Ordinal)
            ? [Expert.WrongPart(step, "len(", "length(", "NameError", "There is no length. I use len.")]
        : step.Code.Contains(".append(", StringComparison.Ordinal)
            ? [Expert.WrongPart(step, ".append(", ".add(", "AttributeError", "A list has no add. I use append.")]
        : step.Code.Contains("sum(", StringComparison.Ordinal)
            ? [Expert.WrongPart(step, "sum(", "total(", "NameError", "There is no total. I use sum.")]
        : step.Code.Contains("range(", StringComparison.Ordinal)
            ? [Expert.WrongPart(step, "range(", "numbers(", "NameError", "There is no numbers. I use range.")]
        : [];

    // As many primes as others: a guess must not be right most of the time.
    private static int Likely(Draw draw, int least, int most) =>
        draw.Chance(0.45) ? draw.Pick(Primes().TakeWhile(p => p <= most).ToArray()) : draw.Int(least, most);

    private static bool Prime(int n) => n > 1 && Enumerable.Range(2, (int)Math.Sqrt(n)).All(d => d == n || n % d != 0);

    private static IEnumerable<int> Primes() => Enumerable.Range(2, 5000).Where(Prime);

    private static IEnumerable<int> Factors(int n)
    {
        for (var d = 2; n > 1; d++)
        {
            for (; n % d == 0; n /= d)
            {
                yield return d;
            }
        }
    }

    private static IEnumerable<long> Fibonacci()
    {
        for (var (a, b) = (0L, 1L); ; (a, b) = (b, a + b))
        {
            yield return a;
        }
    }

    private static int Square(int n) => n * n;

    private static NumbersTruth Number(double value) => new([value]);

    private static TextsTruth Text(string value) => new([$" {value}."]);
}
