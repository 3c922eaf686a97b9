using System.Globalization;
using System.Text;
using LogosActors.Configuration;
using LogosActors.Delivery;
using LogosActors.Node.Configuration;

namespace LogosActors.Node.Tests.Configuration;

/// <summary>A command line of <c>logos run</c>.</summary>
/// <param name="Arguments">Its arguments.</param>
/// <param name="File">The configuration file among them; empty: none.</param>
/// <param name="Names">What a refusal may name: flags, settings, and places in the file.</param>
internal sealed record OddConfiguration(IReadOnlyList<string> Arguments, string File, IReadOnlyList<string> Names)
{
    public override string ToString() => $"logos {string.Join(' ', Arguments.Select(Shown))}\n{Shown(File)}";

    static string Shown(string text) => string.Concat((text.Length > 400 ? $"{text[..400]}… ({text.Length})" : text).Select(c => char.IsControl(c) && c != '\n' ? $"\\u{(int)c:x4}" : $"{c}"));
}

/// <summary>Makes configurations from the list of settings: 1 to 6 of them, as flags and in a file, most with values that are accepted.</summary>
internal sealed class OddConfigurations
{
    const double OddShare = 0.15;

    static readonly string[] OddValues =
    [
        "", " ", "-1", "0", "1", "65535", "65536", "1e9", "99999999999999999999", "NaN", "true", "no", "null", "a,b", "--", "-", "--nat", "@file", "%s", "${HOME}", "${?X}", "~", "*",
        "node.example.org", "https://node.example.org", "my node", new('a', 300), new('a', 70_000), "\u0000", "a\u0000b", "a\nb", "\u001b[2J", "\ud800", "\ufeff1", "０", "١", "/", "//", "/p2p/",
        "/ip4/127.0.0.1/tcp/1", "/ip4/999.1.1.1/tcp/1", "/ip4/127.0.0.1/tcp/1/p2p/16Uiu2HA", "/dns4/a b/tcp/1", "/ip6/::1/udp/1/quic-v1", "127.0.0.1", "::1", "::", "1.2.3", "255.255.255.255",
        "fe80::1%1", "10.0.0.0/33", "10.0.0.1/8", "extip:192.0.2.1", "extip:fe80::1%1", "extip:", "1KiB", "16MiB", "9999GiB", "0.5KiB", "-1KiB", "sqlite", "sqlite://", "postgres://", "postgres://a",
        "postgres://u:p%zz@127.0.0.1:1/d", "postgres://127.0.0.1:99999/d", "postgres://127.0.0.1:1/d;Host=x", "enr:", "enrtree:", "twn", "/chat/1/lobby/proto", "/a//b/c", "time:x", "capacity:-1",
        "time:2147483648", "size:0", "none;none", new('0', 64), new('f', 64), new('1', 64), "INFO", "info", "2024-01-01", "{}", "[]", "{ a = 1 }", "[1, 2]",
    ];

    // A node writes where these point: what is odd stays away from the machine's own directories.
    static readonly string[] OddPaths =
    [
        "", " ", "/dev/null", "/dev/null/x", "/proc/none", "/proc/self/mem", ".", "..", "a\u0000b", "\u0000", "a\nb", new('a', 300), new('a', 70_000), "\u001b[2J", "\ud800", "~", "${HOME}",
        "sqlite://", "sqlite:///dev/null/x", "sqlite:// ", "sqlite://:memory:", "sqlite://.", "sqlite://a\u0000b", "sqlite://x;Mode=ReadOnly", "sqlite://" + new string('a', 300), "postgres://", "postgres://a",
        "postgres://127.0.0.1:1/d", "postgres://u:p%zz@127.0.0.1:1/d", "memory", "null", "-1", "true",
    ];

    static readonly string[] Paths = ["node.data-directory", "node.journal", "node.node-key-file", "node.store.db-url"];

    static readonly string[] OddFileTexts =
    [
        "node {", "node = 1", "node = []", "node = null", "}", "node { tcp-prot = 1 }", "tcp-port = 1", "node.nat = ", "node.nat = ${missing}", "node.nat = ${node.nat}", "include \"missing.conf\"",
        "include required(\"missing.conf\")", "include 1", "node.nat.any = 1", "node.shards.x = 1", "node.shards = { 1 = 1 }", "node.rest = true", "node.rest { port { a = 1 } }", "node.log = info",
        "node { nat = any, nat = { a = 1 } }", "\u0000", "\ufeffnode.nat = any", "node.nat = \"a", "node.nat = \"\"\"any", "# nothing", "node.shards = [[1]]", "node.shards = [{ a = 1 }]", "node.shards = [null]",
        "node.static-nodes += \"x\"", "akka.loglevel = LOUD", "akka.loglevel = []", "akka = 1", "akka.actor.provider = nothing", "akka.actor.provider = cluster", "akka.scheduler.tick-duration = x",
        "akka.scheduler.tick-duration = -1s", "akka.actor.default-dispatcher.type = Nothing", "akka.actor.default-dispatcher.throughput = x", "akka.loggers = [\"Nothing\"]", "akka.extensions = [\"Nothing\"]",
        "akka.coordinated-shutdown.default-phase-timeout = x", "akka.actor.serializers.x = \"Nothing\"", "akka.nothing = 1", "akka { \"a b\" = \"\\\"\" }", "akka.actor.guardian-supervisor-strategy = Nothing",
        "akka.stdout-loglevel = {}", "akka.persistence.journal.plugin = nothing", "akka.actor.default-mailbox.mailbox-type = Nothing", "akka.actor.creation-timeout = -1s",
    ];

    /// <summary>Values that are accepted of settings whose list says no more than that they are texts.</summary>
    readonly Dictionary<string, string[]> _texts;
    readonly Random _random;
    readonly string _directory;
    readonly string _base;
    readonly IReadOnlyList<OptionsSetting> _settings = OptionsReference.Describe<NodeSettings>(ConfigurationLoader.Section);
    int _made;

    /// <param name="random">Decides everything.</param>
    /// <param name="directory">Where files are.</param>
    public OddConfigurations(Random random, string directory)
    {
        (_random, _directory) = (random, directory);
        const string peer = "/ip4/127.0.0.1/tcp/1/p2p/16Uiu2HAkvdAuQpozwi72ZB5EqhezQ4foG8JAPTUB7KDmNPNK36YY";
        _texts = new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["node.preset"] = ["twn", "logos.dev", "logos.test", "status.prod", "local"],
            ["node.content-topics"] = ["/chat/1/lobby/proto", "/chat/2/lobby, small/proto"],
            ["node.data-directory"] = [$"{directory}/data"],
            ["node.journal"] = ["memory", "sqlite"],
            ["node.node-key"] = [new('1', 64), new('a', 64)],
            ["node.node-key-file"] = [$"{directory}/node.key"],
            ["node.agent-string"] = ["agent", "my node 1.0", "é"],
            ["node.otlp.endpoint"] = ["http://127.0.0.1:4318", "https://[::1]:1/otlp/"],
            ["node.nat"] = ["any", "none", "extip:192.0.2.1", "extip:2001:db8::1"],
            ["node.ext-multiaddrs"] = ["/ip4/198.51.100.1/tcp/1", "/dns4/node.example/tcp/443/wss"],
            ["node.dns4-domain-name"] = ["node.example.org", "localhost"],
            ["node.trusted-proxies"] = ["10.0.0.1", "10.0.0.0/8", "::1"],
            ["node.static-nodes"] = [peer, "/ip4/127.0.0.1/tcp/1"],
            ["node.entry-nodes"] = [peer, NetworkPreset.TheWakuNetwork.DiscoveryNodes[0], NetworkPreset.StatusProd.EntryNodes[0]],
            ["node.discv5.bootstrap-nodes"] = [NetworkPreset.TheWakuNetwork.DiscoveryNodes[1]],
            ["node.discv5.udp-port"] = ["0"],
            ["node.dns-discovery.url"] = [NetworkPreset.StatusProd.EntryNodes[0]],
            ["node.dns-discovery.name-servers"] = ["127.0.0.1"],
            ["node.store-nodes"] = [peer],
            ["node.filter-nodes"] = [peer],
            ["node.lightpush-nodes"] = [peer],
            ["node.peer-exchange-nodes"] = [peer],
            ["node.store.db-url"] = [$"sqlite://{directory}/other.sqlite3"],
            ["node.store.retention-policy"] = ["none", "time:60", "capacity:5;size:1MB"],
            ["node.rest.allow-origins"] = ["https://example.org", "*", "null"],
            ["node.rest.allow-hosts"] = ["node.example.org"],
            ["node.log.level"] = ["trace", "debug", "info", "notice"], // the others do not say that the node has started
        };
        _base = Path.Combine(directory, "base.conf");
        File.WriteAllText(_base, $$"""
            node {
              tcp-port = 0, listen-address = "127.0.0.1", entry-nodes = [], websocket.port = 0, rest.port = 0, metrics-server.port = 0
              store.db-url = "sqlite://{{directory}}/store.sqlite3"
            }
            """);
        NodeKeys.Create(Path.Combine(directory, "node.key")).Dispose();
    }

    /// <summary>Makes the next one.</summary>
    public OddConfiguration Next()
    {
        var (arguments, file, names) = (new List<string> { "run", "-c", _base }, new StringBuilder(), new List<string>());
        foreach (var setting in Several())
        {
            var (isOdd, key) = (_random.NextDouble() < OddShare, setting.Key[(ConfigurationLoader.Section.Length + 1)..].Replace('.', ':'));
            var values = Enumerable.Range(0, IsList(setting) ? _random.Next(1, 4) : 1).Select(_ => isOdd ? Odd(setting) : Accepted(setting)).ToList();
            var flag = NodeFlag.All.SingleOrDefault(flag => flag.Key == key);
            names.AddRange([setting.Key, setting.Key[(ConfigurationLoader.Section.Length + 1)..], .. flag is null ? Array.Empty<string>() : [flag.Name]]);
            names.AddRange(values.Where(value => NodeFlag.All.Any(other => other.Name == value))); // after a switch it is a flag
            if (flag is not null && _random.Next(3) > 0)
                AddFlag(arguments, flag, values, isOdd);
            else
                file.Append(setting.Key).Append(" = ").Append(IsList(setting) ? $"[{string.Join(", ", values.Select(Written))}]" : Written(values[0])).Append('\n');
        }
        AddOddities(arguments, file, names);
        if (file.Length > 0)
        {
            var path = Path.Combine(_directory, $"odd-{_made++ % 8}.conf");
            File.WriteAllText(path, file.ToString());
            arguments.InsertRange(_random.Next(2) == 0 ? arguments.Count : 3, ["--config-file", path]);
            names.Add(path);
        }
        return new OddConfiguration(arguments, file.ToString(), names);
    }

    void AddFlag(List<string> arguments, NodeFlag flag, IReadOnlyList<string> values, bool isOdd)
    {
        foreach (var value in values)
        {
            if ((flag.Kind is FlagKind.Switch || isOdd) && _random.Next(6) == 0)
                arguments.Add(flag.Name); // without a value
            else if (_random.Next(2) == 0)
                arguments.Add($"{flag.Name}={value}");
            else
                arguments.AddRange([flag.Name, value]);
            if (isOdd && _random.Next(4) == 0)
                arguments.AddRange([flag.Name, value]); // twice
        }
    }

    void AddOddities(List<string> arguments, StringBuilder file, List<string> names)
    {
        if (_random.Next(12) == 0)
        {
            file.Append(Of(OddFileTexts)).Append('\n');
            names.AddRange(["node", "akka"]);
        }
        if (_random.Next(20) == 0)
            arguments.Add(Of([.. CompatibilityFlags.Ignored.Order(StringComparer.Ordinal)]) + Of(["", "=true", "=x"]));
        if (_random.Next(30) == 0)
        {
            var name = Of([.. CompatibilityFlags.Refused.Keys.Order(StringComparer.Ordinal)]);
            arguments.Add(name + Of(["", "=false", "=true", "=x"]));
            names.Add(name);
        }
        if (_random.Next(30) == 0)
        {
            var unknown = Of(["--no-such-flag", "--tcp_port=1", "word", "-x", "--json", "--config-file=missing.conf", "--config-file", "--config-file=", "--config-file=a\u0000b"]);
            arguments.Add(unknown);
            names.Add(unknown.Split('=')[0]);
            names.AddRange(["missing.conf", "a\u0000b"]);
        }
    }

    IEnumerable<OptionsSetting> Several() => _random.GetItems([.. _settings], _random.Next(1, 7)).DistinctBy(setting => setting.Key);

    string Odd(OptionsSetting setting) => Of(Paths.Contains(setting.Key, StringComparer.Ordinal) ? OddPaths : OddValues);

    string Accepted(OptionsSetting setting)
    {
        if (_texts.TryGetValue(setting.Key, out var texts))
            return Of(texts);
        var accepts = setting.Accepts;
        return accepts switch
        {
            _ when setting.Key == "node.num-shards-in-network" => Of(["0", "1", "8", "100"]),
            _ when setting.Key == "node.shards" => Of(["0", "0", "7"]),
            _ when setting.Key.EndsWith("port", StringComparison.Ordinal) => Of(["0", $"{_random.Next(20_000, 30_000)}"]),
            _ when setting.Key == "node.ports-shift" => Of(["0", "1", "1000"]),
            _ when accepts.StartsWith("true or false", StringComparison.Ordinal) => Of(["true", "false", "yes", "no", "on", "off"]),
            _ when accepts.StartsWith("one of ", StringComparison.Ordinal) => Of(accepts["one of ".Length..].Split(", ")),
            _ when accepts.StartsWith("an IP address", StringComparison.Ordinal) => Of(["127.0.0.1", "0.0.0.0", "::1", "127.0.0.2"]),
            _ when accepts.StartsWith("a size", StringComparison.Ordinal) => Of(setting.Range!.Split(" to ")),
            _ when accepts.StartsWith("a duration", StringComparison.Ordinal) => Of(setting.Range!.Split(" to ")),
            _ when accepts.StartsWith("a whole number", StringComparison.Ordinal) => Number((setting.Range ?? accepts["a whole number from ".Length..]).Split(" to ")),
            _ => throw new InvalidOperationException($"Say which values {setting.Key} accepts: {accepts}."),
        };
    }

    string Number(string[] range)
    {
        var (least, most) = (int.Parse(range[0], CultureInfo.InvariantCulture), int.Parse(range[1], CultureInfo.InvariantCulture));
        return (_random.Next(3) switch { 0 => least, 1 => most, _ => _random.Next(least, most) }).ToString(CultureInfo.InvariantCulture);
    }

    string Of(string[] values) => values[_random.Next(values.Length)];

    static bool IsList(OptionsSetting setting) => NodeFlag.All.Any(flag => flag.Kind is FlagKind.List && setting.Key.EndsWith($".{flag.Key.Replace(':', '.')}", StringComparison.Ordinal));

    string Written(string value) => value is "{}" or "[]" or "{ a = 1 }" or "[1, 2]" or "null" or "${HOME}" or "${?X}" && _random.Next(2) == 0
        ? value
        : $"\"{string.Concat(value.Select(c => c is '"' or '\\' ? $"\\{c}" : char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : $"{c}"))}\"";
}
