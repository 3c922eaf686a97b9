using System.Collections.Concurrent;
using System.Data.Common;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using Akka.Pattern;
using Akka.Persistence;
using Microsoft.Data.Sqlite;

namespace LogosActors.Actors.Persistence;

/// <summary>Whether a journal stores what it is given, as the persistent actors that use it find. For any number of threads.</summary>
/// <remarks>Each <see cref="SupervisedPersistentActor"/> reports here. A journal that fails is one line in the log, and one more each
/// <see cref="LogInterval"/> while it does, however many actors try again how often.</remarks>
public sealed class JournalStatus
{
    /// <summary>How often the log repeats that a journal fails.</summary>
    public static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    /// <summary>The problem of a full disk.</summary>
    public const string NoRoom = "there is no room on its disk";

    readonly Lock _gate = new();
    TimeSpan? _logged;
    bool _isRecoveryLogged = true;
    volatile string? _problem;

    /// <summary>Why the last write or recovery failed, for people; null: it did not.</summary>
    public string? Problem => _problem;

    /// <summary>The status of a journal of an actor system.</summary>
    public static JournalStatus Of(ActorSystem system, PersistencePlugins plugins)
    {
        ArgumentNullException.ThrowIfNull(plugins);
        return system.WithExtension<All, Provider>().Of(plugins.Journal);
    }

    /// <summary>Whether an exception says that a database does not do its work; otherwise it is about what was stored.</summary>
    public static bool IsOutage(Exception cause) => Root(cause) is
        DbException or TimeoutException or RecoveryTimedOutException or OpenCircuitException or IOException or SocketException or OperationCanceledException;

    /// <summary>A write or a recovery failed.</summary>
    internal void Failed(Exception cause, TimeSpan now, ILoggingAdapter log)
    {
        lock (_gate)
        {
            // A breaker that is open says nothing of the reason.
            if (_problem is null || Root(cause) is not OpenCircuitException)
                _problem = Describe(Root(cause));
            if (now - _logged < LogInterval)
                return;
            (_logged, _isRecoveryLogged) = (now, false);
            log.Error("The journal fails, {0}; what needs it waits or is refused, and it is tried again", _problem);
        }
    }

    /// <summary>Something was stored.</summary>
    internal void Works(ILoggingAdapter log)
    {
        if (_problem is null)
            return;
        lock (_gate)
        {
            _problem = null;
            if (_isRecoveryLogged)
                return;
            _isRecoveryLogged = true;
            log.Info("The journal works again");
        }
    }

    static Exception Root(Exception cause) => cause is AggregateException several ? several.Flatten().InnerExceptions[0] : cause;

    // https://sqlite.org/rescode.html
    static string Describe(Exception cause) => cause switch
    {
        SqliteException { SqliteErrorCode: 13 } => NoRoom,
        SqliteException { SqliteErrorCode: 5 or 6 } => "another process has locked it",
        SqliteException { SqliteErrorCode: 8 } => "it is read-only",
        SqliteException { SqliteErrorCode: 10 } => "it could not be read or written (I/O error)",
        SqliteException { SqliteErrorCode: 14 } => "its file cannot be opened",
        TimeoutException or RecoveryTimedOutException or OperationCanceledException => "it does not answer",
        _ => cause.Message.ReplaceLineEndings(" "),
    };

    sealed class All : IExtension
    {
        readonly ConcurrentDictionary<string, JournalStatus> _byPlugin = new(StringComparer.Ordinal);

        public JournalStatus Of(string plugin) => _byPlugin.GetOrAdd(plugin, static _ => new JournalStatus());
    }

    sealed class Provider : ExtensionIdProvider<All>
    {
        public override All CreateExtension(ExtendedActorSystem system) => new();
    }
}
