using CodeAct.Python;

namespace CodeAct.SystemTests.Python;

/// <summary>Where control groups are looked for, on directories that stand for a system's. What they enforce: SessionLimitTests.</summary>
public sealed class ControlGroupPlaceTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("codeact-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void In_version_1_each_controller_has_a_place_below_the_group_of_this_process()
    {
        Make("cg/memory/a/b");
        Make("cg/cpu,cpuacct");
        var places = ControlGroupPlaces.Find(
            ["4:memory:/a/b", "3:cpu,cpuacct:/", "2:name=systemd:/x", "0::/"],
            [Mount("/", "/cg/memory", "cgroup", "rw,memory"), Mount("/", "/cg/cpu,cpuacct", "cgroup", "rw,cpu,cpuacct")],
            _root);
        Assert.Equal(new ControlGroupPlaces(1, At("cg/memory/a/b"), null, At("cg/cpu,cpuacct")), places);
    }

    [Fact]
    public void A_container_that_sees_its_own_part_of_the_tree_only_finds_itself_there()
    {
        Make("cg/memory/inner");
        var places = ControlGroupPlaces.Find(
            ["4:memory:/docker/c1/inner"], [Mount("/docker/c1", "/cg/memory", "cgroup", "rw,memory")], _root);
        Assert.Equal(At("cg/memory/inner"), places.Memory);
    }

    [Fact]
    public void In_version_2_there_is_one_place_with_the_controllers_that_are_offered_and_groups_have_their_limits_in_files()
    {
        Make("cg/user/app");
        File.WriteAllText(At("cg/user/app/cgroup.controllers"), "cpu memory\n");
        File.WriteAllText(At("cg/user/app/cgroup.subtree_control"), "");
        var places = ControlGroupPlaces.Find(["0::/user/app"], [Mount("/", "/cg", "cgroup2", "rw,nsdelegate")], _root);
        Assert.Equal(new ControlGroupPlaces(2, At("cg/user/app"), null, At("cg/user/app")), places);
        var limits = new SessionLimits { SessionMemoryBytes = 300 << 20 };
        using var group = ControlGroups.Open(places).Create(limits)!;
        group.Join(42);
        var directory = Assert.Single(Directory.GetDirectories(At("cg/user/app"), "codeact-*").SelectMany(Directory.GetDirectories));
        Assert.Equal($"{300 << 20}", File.ReadAllText(Path.Combine(directory, "memory.max")));
        Assert.Equal("42", File.ReadAllText(Path.Combine(directory, "cgroup.procs")));
        File.WriteAllText(Path.Combine(directory, "cpu.stat"), "usage_usec 1500000\nuser_usec 1\n");
        Assert.Equal(TimeSpan.FromSeconds(1.5), group.ProcessorTime);
        File.WriteAllText(Path.Combine(directory, "memory.events"), "low 0\nmax 3\noom 1\noom_kill 2\n");
        Assert.Equal(2, group.MemoryKills);
    }

    [Fact]
    public void Without_control_groups_there_are_no_places() => Assert.Empty(ControlGroupPlaces.Find([], [], _root).All);

    private static string Mount(string root, string at, string kind, string options) => $"36 35 0:31 {root} {at} rw,relatime shared:1 - {kind} {kind} {options}";

    private string At(string path) => Path.Combine(_root, path);

    private void Make(string path) => Directory.CreateDirectory(At(path));
}
