using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Akka.Configuration;
using LogosActors.Actors;
using LogosActors.Actors.Settings;
using LogosActors.Channels;
using LogosActors.Channels.Encryption;
using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Node.Configuration;
using LogosActors.Node.Hosting;
using LogosActors.Postgres;

namespace LogosActors.Node.Cli;

/// <summary>How a command finds its channel: on a node of its own, which ends with the command.</summary>
internal sealed class ChannelAccess
{
    /// <summary>How commands explain it.</summary>
    public const string Explanation = """
        The command brings a node of its own. --entry-node ADDRESS or --staticnode ADDRESS connects it to another one, --preset to a
        network; --tcp-port lets others connect to this one. All who take part need the same CHANNEL, --content-topic and --key.
        Every flag can stand in a file (--config-file; sections node and channel) or in the environment (LOGOS_CHANNEL__SENDER_ID=me).
        """;

    const int MaxPlainName = 64;

    readonly Argument<string> _channel = new("channel") { Description = "The channel: a name that all who take part in it know, such as lobby." };
    readonly NodeFlagOptions _flags;

    /// <summary>Adds the argument and the flags to a command.</summary>
    public ChannelAccess(Command command)
    {
        command.Arguments.Insert(0, _channel);
        _flags = new NodeFlagOptions(command, ChannelFlags.All);
    }

    /// <summary>Reads what the user wants.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="isNew">Whether a participant that has no name is given one; else it is an error.</param>
    /// <exception cref="CommandException">It cannot be had.</exception>
    public ChannelPlan Read(ParseResult parsed, bool isNew = true)
    {
        var configuration = _flags.Read(parsed);
        var node = ConfigurationLoader.BindOwn(configuration);
        var settings = LogosActors.Configuration.OptionsBinder.Bind<ChannelSettings>(configuration, ChannelSettings.Section);
        var id = parsed.GetRequiredValue(_channel);
        try
        {
            return new ChannelPlan(node, AkkaSettings.Read(configuration), settings, new ReliableChannelOptions
            {
                ChannelId = id,
                ContentTopic = settings.ContentTopic ?? $"/logos-channel/1/{TopicNameOf(id)}/proto",
                SenderId = settings.SenderId ?? (isNew ? SenderIds.Of(node.DataDirectory) : node.DataDirectory is { } kept ? SenderIds.Find(kept) : null),
                Segmentation = new SegmentationOptions { ChunkSizeBytes = (int)settings.ChunkSize.Bytes, EnableReedSolomon = settings.Parity },
                RateLimit = new RateLimitOptions
                {
                    IsEnabled = settings.RateLimit.Enabled,
                    EpochSize = TimeSpan.FromSeconds(settings.RateLimit.EpochSeconds),
                    MessagesPerEpoch = settings.RateLimit.MessagesPerEpoch,
                    Counting = settings.RateLimit.EverySegment ? RateLimitCounting.EverySegment : RateLimitCounting.FirstChunk,
                },
                HistoryBackend = settings.History is { } history ? HistoryBackend.Parse(history, PostgresDatabases.Instance) : node.DataDirectory is null ? HistoryBackend.Memory : HistoryBackend.Sqlite,
            });
        }
        catch (ArgumentException e)
        {
            throw new CommandException(ExitCode.Usage, "usage", e.Message);
        }
    }

    // Whatever makes no topic, such as a slash, goes by its digest.
    static string TopicNameOf(string channel) =>
        channel.Length is > 0 and <= MaxPlainName && channel.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
            ? channel
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(channel)))[..32];
}

/// <summary>What a command is asked to open.</summary>
internal sealed record ChannelPlan(NodeSettings Node, Config Akka, ChannelSettings Settings, ReliableChannelOptions Options)
{
    /// <summary>Starts the node, and opens the channel.</summary>
    /// <param name="terminal">Where logs go.</param>
    /// <param name="opening">Is given the channel before anything happens in it.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<OwnChannel> OpenAsync(Terminal terminal, Action<ReliableChannel> opening, CancellationToken cancellation)
    {
        var loggers = NodeLogging.Create(
            terminal.IsJson ? Node.Log with { Format = LogFormat.Json } : Node.Log, new LogLevelSwitch(Node.Log.Level), terminal.Error);
        var key = NodeOptionsFactory.KeyOf(Node);
        foreach (var warning in new[] { Node.NodeKeyFile, Settings.Key }.Select(PrivateFiles.WarningOf).OfType<string>())
            terminal.Note(warning);
        var encryption = Settings.Key is { } file ? new SymmetricEncryption(ChannelKeyFile.Read(file)) : null;
        try
        {
            var options = Options with { Encryption = encryption, Opening = opening };
            var channel = await ReliableChannelExtensions.OpenChannelAsync(NodeOptionsFactory.Create(Node, key, Akka), options, loggers, cancellation);
            return new OwnChannel(channel, loggers, key, encryption);
        }
        catch
        {
            encryption?.Dispose();
            key?.Dispose();
            loggers.Dispose();
            throw;
        }
    }
}

/// <summary>An open channel on a node of its own.</summary>
internal sealed class OwnChannel(ReliableChannel channel, params IDisposable?[] parts) : IAsyncDisposable
{
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>The channel.</summary>
    public ReliableChannel Channel => channel;

    /// <summary>Where others reach the node.</summary>
    public IReadOnlyList<string> Addresses => Rest.Info.InfoRoutes.Describe(channel.Node).ListenAddresses;

    /// <summary>Waits until there is somebody to send to.</summary>
    /// <exception cref="CommandException">Nobody has come.</exception>
    public async Task AwaitPeersAsync(TimeSpan wait, CancellationToken cancellation)
    {
        var start = TimeProvider.System.GetTimestamp();
        var shard = channel.Node.ShardOf(channel.ContentTopic);
        while ((await channel.Node.RelayStatusAsync(shard)).Subscribers < 1)
        {
            if (TimeProvider.System.GetElapsedTime(start) > wait)
                throw new CommandException(ExitCode.NotDelivered, "no-peers", $"No peer could be connected to within {wait.TotalSeconds} s; is --entry-node right?");
            await Task.Delay(PollInterval, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        foreach (var part in parts)
            part?.Dispose();
    }
}
