using System.CommandLine;
using System.Net;
using LogosActors.Node.Client;
using LogosActors.Node.Configuration;
using LogosActors.Node.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogosActors.Node.Cli;

/// <summary>How a command finds a node: one that runs, or one of its own that ends with it.</summary>
internal sealed class NodeAccess
{
    /// <summary>How commands explain it.</summary>
    public const string Explanation = """
        By default the node that `logos run` has started on this machine is used. --node names another one's REST service.
        With --entry-node the command starts a node of its own, which connects to that address and ends with the command.
        """;

    readonly Option<Uri> _node;

    readonly Option<string[]> _entryNodes = new("--entry-node")
    {
        Description = "Start a node of its own, connected to this address, such as /ip4/127.0.0.1/tcp/60000. Repeatable.",
        HelpName = "ADDRESS",
    };

    readonly Option<string> _cluster = new("--cluster-id") { Description = "With --entry-node: its network. Default 0.", HelpName = "VALUE" };

    readonly Option<string> _shards = new("--num-shards-in-network")
    {
        Description = "With --entry-node: how many shards its network has. Default 1.",
        HelpName = "VALUE",
    };

    /// <summary>Adds the options to a command.</summary>
    public NodeAccess(Command command)
    {
        _node = AddressTo(command);
        command.Add(_entryNodes);
        command.Add(_cluster);
        command.Add(_shards);
    }

    /// <summary>Adds the option that names the REST service of a node to a command.</summary>
    public static Option<Uri> AddressTo(Command command)
    {
        var option = new Option<Uri>("--node")
        {
            Description = "The REST service of the node.",
            HelpName = "URL",
            DefaultValueFactory = _ => new Uri("http://127.0.0.1:8645"),
            CustomParser = argument =>
            {
                if (Uri.TryCreate(argument.Tokens[0].Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
                    return uri;
                argument.AddError($"--node: '{argument.Tokens[0].Value}' is not an address such as http://127.0.0.1:8645.");
                return null;
            },
        };
        command.Add(option);
        return option;
    }

    /// <summary>Finds the node.</summary>
    /// <returns>A client, whose disposal ends a node of its own.</returns>
    public async Task<NodeClient> OpenAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_entryNodes) is not { Length: > 0 } entryNodes)
            return new NodeClient(parsed.GetValue(_node)!);
        var flags = new List<(NodeFlag, IReadOnlyList<string>)> { (Flag("--staticnode"), entryNodes) };
        foreach (var option in new[] { _cluster, _shards })
        {
            if (parsed.GetValue(option) is { } value)
                flags.Add((Flag(option.Name), [value]));
        }
        var settings = ConfigurationLoader.Bind(ConfigurationLoader.Read([], flags)) with
        {
            TcpPort = 0,
            Rest = new RestSettings { Address = IPAddress.Loopback, Port = 0, Enabled = true },
        };
        var host = await NodeHost.StartAsync(settings, akka: null, NullLoggerFactory.Instance, new LogLevelSwitch(LogThreshold.None), cancellation);
        return new NodeClient(host.Rest!, host);
    }

    /// <summary>Whether the node is one of its own, which has to find its peers first.</summary>
    public bool IsOwn(ParseResult parsed) => parsed.GetValue(_entryNodes) is { Length: > 0 };

    static NodeFlag Flag(string name) => NodeFlag.All.Single(flag => flag.Name == name);
}
