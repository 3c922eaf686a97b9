using Akka.Actor;
using Akka.Configuration;
using LogosActors.Actors;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Serialization;
using LogosActors.Channels.Channel;
using LogosActors.Channels.Records;
using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using Microsoft.Extensions.Logging;

namespace LogosActors.Channels.Hosting;

/// <summary>Where channels of a node keep their history: a place, which nobody else writes to, and the actor system of its own over it.</summary>
internal sealed class ChannelHistory : IAsyncDisposable
{
    /// <summary>The plugins of the system.</summary>
    public static PersistencePlugins Plugins { get; } = PersistencePlugins.Named("channels");

    /// <summary>How long closing waits for the actors.</summary>
    static readonly TimeSpan TerminateTimeout = TimeSpan.FromSeconds(5);

    readonly SqliteJournalFile? _file;
    readonly HistoryLocks? _locks;
    readonly ILogger _log;
    readonly IActorRef _channels;
    int _count;

    ChannelHistory(ActorSystem system, SqliteJournalFile? file, HistoryLocks? locks, ILogger log)
    {
        (System, _file, _locks, _log) = (system, file, locks, log);
        _channels = system.ActorOf(ChannelsActor.Props(), "channels");
    }

    /// <summary>The actor system.</summary>
    public ActorSystem System { get; }

    /// <summary>How many channels keep their history there.</summary>
    public int Channels => Volatile.Read(ref _count);

    /// <summary>Opens a history.</summary>
    /// <exception cref="ChannelOpenException">The history cannot be kept there, or another process keeps one there.</exception>
    public static async Task<ChannelHistory> OpenAsync(HistoryBackend backend, MessagingNode node)
    {
        SqliteJournalFile? file = null;
        HistoryLocks? locks = null;
        var log = node.Logs.CreateLogger<ChannelHistory>();
        try
        {
            if (backend.Kind is HistoryBackendKind.Sqlite)
                file = SqliteJournalFile.Open(PathOf(backend, node.Options.DataDirectory));
            else if (backend.Kind is HistoryBackendKind.Database)
                locks = await HistoryLocks.OpenAsync(backend.Database!, log);
            return new ChannelHistory(Create(backend, node.Options.DataDirectory, node.Logs, node.Time), file, locks, log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ChannelOpenException(ChannelOpenFailure.History, $"The history cannot be kept in '{backend}': {e.Message}", e);
        }
        catch
        {
            file?.Dispose();
            if (locks is not null)
                await locks.DisposeAsync();
            throw;
        }
    }

    /// <summary>An actor system over a history that the caller keeps.</summary>
    /// <exception cref="ChannelOpenException">The history names no file, and there is no data directory.</exception>
    public static ActorSystem Create(HistoryBackend backend, string? directory, ILoggerFactory logs, TimeProvider time)
    {
        Config journal = backend.Kind switch
        {
            HistoryBackendKind.Memory => JournalConfiguration.Memory(Plugins),
            HistoryBackendKind.Sqlite => JournalConfiguration.Sqlite(Plugins, PathOf(backend, directory)),
            _ => backend.Database!.Configure(Plugins),
        };
        return LogosSystem.Create("channels", logs, journal.WithFallback(ProtobufSerializer.Configuration(ChannelRecords.Types)), new TimeProviderSetup(time));
    }

    /// <summary>The file of an SQLite history.</summary>
    /// <exception cref="ChannelOpenException">It names none, and there is no data directory.</exception>
    public static string PathOf(HistoryBackend backend, string? directory) => backend.Location ?? (directory is not null
        ? Path.Combine(directory, "channels.db")
        : throw new ChannelOpenException(
            ChannelOpenFailure.History, "The node has no data directory; set NodeOptions.DataDirectory, or name a file with HistoryBackend.SqliteAt."));

    /// <summary>Starts a channel, and returns when its history is read.</summary>
    /// <exception cref="ChannelOpenException">It cannot be read, or another process has the channel open.</exception>
    public async Task<IActorRef> StartAsync(ChannelSettings settings, CancellationToken cancellation)
    {
        var opened = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        IActorRef? channel = null;
        if (_locks is not null)
            await _locks.AcquireAsync(settings.PersistenceId, () => channel?.Tell(PoisonPill.Instance));
        Interlocked.Increment(ref _count);
        try
        {
            var answer = await _channels.Ask<ChannelsActor.Opened>(
                new ChannelsActor.Open(settings with { Opened = failure => opened.TrySetResult(failure) }), ReliableChannel.AnswerTimeout, cancellation);
            channel = answer.Channel;
            return await opened.Task.WaitAsync(ReliableChannel.AnswerTimeout, cancellation) is { } failure
                ? throw new ChannelOpenException(
                    ChannelOpenFailure.History, $"The history of '{settings.Options.ChannelId}' in '{settings.Options.HistoryBackend}' cannot be read: {failure.Message}", failure)
                : channel;
        }
        catch (Exception e)
        {
            await StopAsync(channel, settings.PersistenceId);
            if (e is TimeoutException)
                throw new ChannelOpenException(ChannelOpenFailure.History, $"The history in '{settings.Options.HistoryBackend}' does not answer.", e);
            throw;
        }
    }

    /// <summary>Stops a channel, when what it has handled is stored.</summary>
    public async Task StopAsync(IActorRef? channel, string persistenceId)
    {
        try
        {
            if (channel is not null)
                await channel.GracefulStop(ReliableChannel.CloseTimeout, Conversation.Close.Instance);
        }
        catch (TaskCanceledException)
        {
            // The history does not answer; what is not stored is done again when the channel is opened next.
            System.Stop(channel!);
        }
        Interlocked.Decrement(ref _count);
        if (_locks is not null)
            await _locks.ReleaseAsync(persistenceId);
    }

    public async ValueTask DisposeAsync()
    {
        // No channel writes any more.
        if (!await System.TerminateAsync(TerminateTimeout))
            _log.LogWarning("A handler of a channel's events does not return: its actor is left behind");
        _file?.Dispose();
        if (_locks is not null)
            await _locks.DisposeAsync();
    }
}
