using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.Archive;

/// <summary>Writes messages to an archive, batch by batch, and has it remove what is not to be kept.</summary>
/// <remarks>
/// <para>Nobody waits for it: a message is put in a bounded queue (<see cref="ArchiveWriterOptions.MaxWaitingMessages"/>), and when the
/// database is slow or away, the oldest that wait are dropped and counted. A batch is what has come since the previous one was begun, which is
/// <see cref="ArchiveWriterOptions.WriteInterval"/> ago at least. A write that fails is tried again, at growing intervals, for as long as it takes; a batch that the database refuses
/// although it is there is halved until what it does not take is alone, which is dropped.</para>
/// <para>What is too old is removed when messages have come that show how late it is: not before the first one after a start.</para>
/// <para>Parent: the owner of the store; one-for-one, restart. A failure of this actor costs what waits, which is in memory only.
/// What was written is safe, and is not written twice when it comes again.</para>
/// </remarks>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal class ArchiveWriterActor : SupervisedActor, IWithTimers
#pragma warning restore CA1001
{
    const string WriteTimer = "write";
    const string RetentionTimer = "retention";
    const string FinishTimer = "finish";

    static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    readonly ArchiveWriterOptions _options;
    readonly ArchiveQueue _queue;
    readonly CancellationTokenSource _stopping = new();
    IReadOnlyList<ArchivedMessage> _writing = [];
    IActorRef? _finishing;
    ArchiveFailure? _failure;
    TimeSpan _backoff;
    TimeSpan _started;
    long? _latest;
    TimeSpan _latestAt;
    TimeSpan? _failureLogged;
    bool _isFailureLogged;
    long _appended;
    long _overflowed;
    long _refused;
    long _outOfTime;
    State _state;
    bool _isRetaining;

    /// <param name="archive">Belongs to somebody else, who disposes of it.</param>
    /// <param name="options">Limits and policy.</param>
    public ArchiveWriterActor(IMessageArchive archive, ArchiveWriterOptions options)
    {
        Archive = archive;
        _options = options.Validated();
        _queue = new ArchiveQueue(_options);
        _backoff = _options.MinBackoff;
    }

    public static Props Props(IMessageArchive archive, ArchiveWriterOptions options) =>
        Akka.Actor.Props.Create(() => new ArchiveWriterActor(archive, options));

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Where messages are kept.</summary>
    protected IMessageArchive Archive { get; }

    protected override void PreStart()
    {
        if (_options.Retention is not { MaxAge: null, MaxCount: null, MaxSize: null })
            Timers.StartPeriodicTimer(RetentionTimer, ArchiveWriter.Retain.Instance, _options.RetentionInterval);
    }

    protected override void PostStop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        Drop(_queue.Count, "stop");
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ArchiveWriter.Keep keep: Keep(keep.Hash, keep.PubsubTopic, keep.Message, keep.IsLate); break;
            case ArchiveWriter.Written written: Written(written.Added); break;
            case ArchiveWriter.WriteFailed failed: WriteFailed(failed.Cause); break;
            case ArchiveWriter.WriteNow: Write(); break;
            case ArchiveWriter.Retain: Retain(); break;
            case ArchiveWriter.Retained retained: Retained(retained.Failure); break;
            case ArchiveWriter.GetStatus: Sender.Tell(Status()); break;
            case ArchiveWriter.Finish: Finish(); break;
            case ArchiveWriter.GiveUp: End(); break;
            default: Unhandled(message); break;
        }
    }

    /// <inheritdoc cref="ArchiveWriter.Keep"/>
    protected void Keep(MessageHash hash, string pubsubTopic, WakuMessage message, bool isLate = false)
    {
        if (message.IsEphemeral || _finishing is not null)
            return;
        var now = UnixNanoseconds.Now(Time);
        if (message.Timestamp is { } timestamp && _options.MaxTimeDifference is { } most && IsOff(timestamp, now, most, isLate))
        {
            _outOfTime++;
            Drop(1, "time");
            return;
        }
        if (!isLate && message.Timestamp is { } latest && (_latest is not { } known || latest > known + UnixNanoseconds.Of(Now - _latestAt)))
            (_latest, _latestAt) = (latest, Now);
        var dropped = _queue.Enqueue(new(hash, pubsubTopic, message.Timestamp ?? now, message));
        _overflowed += dropped;
        Drop(dropped, "overflow");
        if (_state is State.Idle || (_state is State.Gathering && _queue.Count >= _options.MaxBatchMessages))
            Write();
    }

    // The timestamp is anything: its distance may be more than a number says.
    static bool IsOff(long timestamp, long now, TimeSpan most, bool isLate) =>
        (timestamp < now - UnixNanoseconds.Of(most) && !isLate) || timestamp > now + UnixNanoseconds.Of(most);

    void Write()
    {
        Timers.Cancel(WriteTimer);
        _writing = _queue.Next();
        _state = _writing.Count > 0 ? State.Writing : State.Idle;
        if (_state is State.Idle)
        {
            if (_finishing is not null)
                End();
            return;
        }
        _started = Now;
        PipeToSelf(WriteAsync(_writing));
    }

    async Task<object> WriteAsync(IReadOnlyList<ArchivedMessage> batch)
    {
        try
        {
            return new ArchiveWriter.Written(await Archive.AppendAsync(batch));
        }
        catch (ArchiveException e)
        {
            return new ArchiveWriter.WriteFailed(e);
        }
#pragma warning disable CA1031 // Whatever it is, what waits is not to be lost by it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var failure = e is ArgumentException ? ArchiveFailure.Refused : ArchiveFailure.Other;
            return new ArchiveWriter.WriteFailed(new ArchiveException(failure, e.Message, e));
        }
    }

    void Written(int added)
    {
        if (_failure is not null)
            Report(null);
        if (_failure is not null && _isFailureLogged)
            Log.Info("The archive takes messages again; {0} wait", _queue.Count);
        (_failure, _isFailureLogged, _backoff) = (null, false, _options.MinBackoff);
        _appended += added;
        ArchiveMetrics.CountAppended(added);
        ArchiveMetrics.Writes.Record((Now - _started).TotalSeconds);
        Kept(_writing);
        _queue.Written(_writing.Count);
        Gather();
    }

    /// <summary>Messages are in the archive, those that it had before among them.</summary>
    protected virtual void Kept(IReadOnlyList<ArchivedMessage> messages)
    {
        // The status counts them.
    }

    // Each write costs the same again for the last page of the table and of each index, and for the disk: few are cheaper than many.
    void Gather()
    {
        var rest = _options.WriteInterval - (Now - _started);
        if (rest <= TimeSpan.Zero || _finishing is not null || _queue.Count >= _options.MaxBatchMessages)
            Write();
        else
            WriteIn(rest, State.Gathering);
    }

    void WriteIn(TimeSpan delay, State state)
    {
        (_writing, _state) = ([], state);
        Timers.StartSingleTimer(WriteTimer, ArchiveWriter.WriteNow.Instance, delay);
    }

    void WriteFailed(ArchiveException cause)
    {
        ArchiveMetrics.Failures.Add(1, cause.Failure);
        if (cause.Failure is ArchiveFailure.Refused)
        {
            Refused(cause);
            return;
        }
        LogFailure(cause);
        Report(cause.Message);
        _failure = cause.Failure;
        WriteIn(_backoff * (0.8 + (0.4 * Context.System.Random().NextDouble())), State.BackingOff);
        _backoff = _backoff * 2 < _options.MaxBackoff ? _backoff * 2 : _options.MaxBackoff;
    }

    /// <summary>Why the last write failed has changed; null: it did not fail.</summary>
    protected virtual void Report(string? problem)
    {
        // The status has it.
    }

    // One line a minute, whether it fails all the time or again and again.
    void LogFailure(ArchiveException cause)
    {
        Log.Debug(cause, "A write has failed");
        if (Now - _failureLogged < LogInterval)
            return;
        (_failureLogged, _isFailureLogged) = (Now, true);
        Log.Warning("The archive does not take messages; {0} wait. {1}", _queue.Count, cause.Message);
    }

    // The database is there: nothing is gained by waiting.
    void Refused(ArchiveException cause)
    {
        var dropped = _queue.Refused(_writing.Count);
        if (dropped > 0)
            Log.Warning("The archive does not take the message {0}; it is dropped. {1}", _writing[0].Hash, cause.Message);
        _refused += dropped;
        Drop(dropped, "refused");
        Write();
    }

    void Retain()
    {
        if (_isRetaining)
            return;
        _isRetaining = true;
        // A clock that is ahead would have all removed: it is believed as far as messages show that it is as late.
        var now = UnixNanoseconds.Now(Time);
        var policy = _latest is not null ? _options.Retention : _options.Retention with { MaxAge = null };
        PipeToSelf(RetainAsync(policy, Math.Min(now, _latest + UnixNanoseconds.Of(Now - _latestAt) ?? now), _stopping.Token));
    }

    async Task<object> RetainAsync(RetentionPolicy policy, long now, CancellationToken stopping)
    {
        try
        {
            await Archive.RetainAsync(policy, now, stopping);
            return new ArchiveWriter.Retained(Failure: null);
        }
#pragma warning disable CA1031 // Tried again at the next interval.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new ArchiveWriter.Retained(e);
        }
    }

    void Retained(Exception? failure)
    {
        _isRetaining = false;
        if (failure is null)
            return;
        ArchiveMetrics.RetentionFailures.Add(1, (failure as ArchiveException)?.Failure ?? ArchiveFailure.Other);
        // That it fails is in the log already if it takes no messages either.
        if (_failure is null)
            Log.Warning("The archive does not remove what is not to be kept. {0}", failure.Message);
        Log.Debug(failure, "A retention has failed");
    }

    void Finish()
    {
        if (_finishing is not null)
            return;
        _finishing = Sender;
        Timers.StartSingleTimer(FinishTimer, ArchiveWriter.GiveUp.Instance, _options.FinishTimeout);
        if (_state is State.Idle or State.Gathering)
            Write();
    }

    void End()
    {
        _finishing!.Tell(new ArchiveWriter.Finished(_queue.Count), Self);
        Context.Stop(Self);
    }

    ArchiveWriter.Status Status() =>
        new(_queue.Count, _queue.Bytes, _appended, _overflowed, _refused, _outOfTime, _failure);

    static void Drop(int count, string reason)
    {
        if (count > 0)
            ArchiveMetrics.Dropped.Add(count, reason);
    }

    enum State
    {
        /// <summary>Nothing waits.</summary>
        Idle,

        Writing,

        /// <summary>Messages wait for the time of the next write.</summary>
        Gathering,

        /// <summary>The last write has failed.</summary>
        BackingOff,
    }
}
