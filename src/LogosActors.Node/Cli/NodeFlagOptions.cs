using System.Collections.Frozen;
using System.CommandLine;
using LogosActors.Node.Configuration;
using Microsoft.Extensions.Configuration;

namespace LogosActors.Node.Cli;

/// <summary>The flags of a node on a command: they become settings, which are checked together with those of files and environment.</summary>
internal sealed class NodeFlagOptions
{
    readonly Option<string[]> _files = new("--config-file", "-c")
    {
        Description = "A HOCON file with settings, such as config/service-node.conf. Repeatable: later ones win.",
        HelpName = "FILE",
    };

    static readonly FrozenSet<string> Known =
        NodeFlag.All.Concat(ChannelFlags.All).SelectMany(flag => new[] { flag.Name, flag.Alias }).OfType<string>().Concat(CompatibilityFlags.Ignored).Concat(CompatibilityFlags.Refused.Keys).ToFrozenSet(StringComparer.Ordinal);

    readonly List<(NodeFlag Flag, Option<string[]> Option)> _flags;
    readonly List<Option<string[]>> _compatibility = [];

    /// <summary>Adds all flags to a command.</summary>
    public NodeFlagOptions(Command command)
    {
        command.Add(_files);
        _flags = [.. NodeFlag.All.Select(flag => (flag, Make(flag.Name, flag.Kind, flag.Meaning, flag.Alias)))];
        foreach (var (_, option) in _flags)
            command.Add(option);
        foreach (var name in CompatibilityFlags.Ignored.Concat(CompatibilityFlags.Refused.Keys).Order(StringComparer.Ordinal))
        {
            var option = Make(name, FlagKind.Switch, "");
            option.Hidden = true;
            _compatibility.Add(option);
            command.Add(option);
        }
    }

    /// <summary>Adds some flags to a command.</summary>
    public NodeFlagOptions(Command command, IEnumerable<NodeFlag> flags)
    {
        command.Add(_files);
        _flags = [.. flags.Select(flag => (flag, Make(flag.Name, flag.Kind, flag.Meaning, flag.Alias)))];
        foreach (var (_, option) in _flags)
            command.Add(option);
    }

    /// <summary>Reads files, environment and flags.</summary>
    public IConfigurationRoot Read(ParseResult parsed) => ConfigurationLoader.Read(
        parsed.GetValue(_files) ?? [],
        [.. _flags.Where(flag => parsed.GetResult(flag.Option) is { Implicit: false })
            .Select(flag => (flag.Flag, (IReadOnlyList<string>)(parsed.GetValue(flag.Option) ?? [])))]);

    /// <summary>The flags of the reference that were given, and have no effect here.</summary>
    /// <exception cref="CommandException">A flag asks for what this node must not pretend to have.</exception>
    public IReadOnlyList<string> WithoutEffect(ParseResult parsed)
    {
        var given = _compatibility.Where(option => parsed.GetResult(option) is { Implicit: false }).ToList();
        foreach (var option in given)
        {
            if (CompatibilityFlags.Refused.TryGetValue(option.Name, out var reason) && parsed.GetValue(option) is not (["false"] or ["no"] or ["off"] or ["0"]))
                throw new CommandException(ExitCode.Configuration, "not-supported", $"{option.Name} is not supported: {reason}.");
        }
        return [.. given.Where(option => CompatibilityFlags.Ignored.Contains(option.Name)).Select(option => option.Name)];
    }

    static Option<string[]> Make(string name, FlagKind kind, string meaning, string? alias = null)
    {
        var option = new Option<string[]>(name, alias is null ? [] : [alias])
        {
            Description = meaning,
            HelpName = kind is FlagKind.Switch ? "true|false" : kind is FlagKind.Without ? null : "VALUE",
            Arity = kind switch
            {
                FlagKind.Without => ArgumentArity.Zero,
                FlagKind.Switch => ArgumentArity.ZeroOrMore,
                _ => ArgumentArity.OneOrMore,
            },
            AllowMultipleArgumentsPerToken = false,
        };
        // Otherwise what comes after that flag would be said to be wrong.
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => Known.Contains(token.Value)) is { } next)
                result.AddError($"A value is missing for '{name}': '{next.Value}' follows it.");
        });
        return option;
    }
}
