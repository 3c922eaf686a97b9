using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.Persistence.Sql;

namespace LogosActors.Actors.Settings;

/// <summary>The settings that the Akka packages of this process know, as a tree of keys.</summary>
internal sealed class AkkaReference
{
    /// <summary>Groups in which the application chooses the names, or in which plugins have settings of their own.</summary>
    static readonly HashSet<string> FreeGroups = new(StringComparer.Ordinal)
    {
        "akka.actor.deployment", "akka.actor.serializers", "akka.actor.serialization-bindings", "akka.actor.serialization-identifiers",
        "akka.actor.router.type-mapping", "akka.coordinated-shutdown.phases", "akka.coordinated-shutdown.reason-overrides",
        "akka.cluster.role", "akka.cluster.sharding.least-shard-allocation-strategy", "akka.remote.transport-protocols",
        "akka.discovery", "akka.io.dns", "akka.hosting", "akka.quartz", "akka.management", "akka.logger-formatter",
    };

    /// <summary>Groups that hold dispatchers, mailboxes or plugins of any name beside what the reference has.</summary>
    static readonly HashSet<string> OpenGroups = new(StringComparer.Ordinal)
    {
        "akka.actor", "akka.actor.mailbox", "akka.persistence.journal", "akka.persistence.snapshot-store", "akka.persistence.query.journal",
        "akka.persistence.dispatchers",
    };

    readonly Dictionary<string, AkkaReference> _children = new(StringComparer.Ordinal);
    readonly string _path;

    AkkaReference(string path) => _path = path;

    /// <summary>The tree below <c>akka</c>.</summary>
    public static AkkaReference Known { get; } = Load();

    /// <summary>Whether everything below is accepted.</summary>
    public bool TakesAnything => _children.Count == 0 || FreeGroups.Contains(_path);

    /// <summary>The keys at this level.</summary>
    public IEnumerable<string> Names => _children.Keys;

    /// <summary>What is known of a key; null: nothing, so that it has no effect.</summary>
    public AkkaReference? Find(string key) =>
        _children.TryGetValue(key, out var child) ? child
        : IsOpenTo(key) ? new AkkaReference($"{_path}.{key}")
        : null;

    bool IsOpenTo(string key) => OpenGroups.Contains(_path) && (!string.Equals(_path, "akka.actor", StringComparison.Ordinal) || key.EndsWith("dispatcher", StringComparison.Ordinal));

    static AkkaReference Load()
    {
        var root = new AkkaReference("akka");
        foreach (var config in References())
        {
            if (!config.IsNullOrEmpty() && config.Root.GetObject().Items.TryGetValue("akka", out var akka))
                root.Add(akka);
        }
        return root;
    }

    /// <summary>The reference configurations: those that are parts of Akka's assemblies.</summary>
    static IEnumerable<Config> References()
    {
        yield return ConfigurationFactory.Default();
        yield return SqlPersistence.DefaultConfiguration;
        // Loaded before the assemblies are listed.
        _ = typeof(Akka.Persistence.Persistence).Assembly.FullName;
        var assemblies = AppDomain.CurrentDomain.GetAssemblies().Where(assembly => assembly.GetName().Name is { } name
            && (string.Equals(name, "Akka", StringComparison.Ordinal) || name.StartsWith("Akka.", StringComparison.Ordinal)));
        foreach (var assembly in assemblies)
        {
            foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".conf", StringComparison.Ordinal)))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                yield return ConfigurationFactory.ParseString(reader.ReadToEnd());
            }
        }
    }

    void Add(HoconValue value)
    {
        if (!value.IsObject())
            return;
        foreach (var (key, item) in value.GetObject().Items)
        {
            if (!_children.TryGetValue(key, out var child))
                _children.Add(key, child = new AkkaReference($"{_path}.{key}"));
            child.Add(item);
        }
    }
}
