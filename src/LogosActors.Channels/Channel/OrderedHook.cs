using LogosActors.Actors;

namespace LogosActors.Channels.Channel;

/// <summary>Calls an application's encryption for one message after the other, for so long and no longer. Owned by an actor.</summary>
/// <param name="hook">What is called; null: bytes stay as they are.</param>
/// <param name="pipe">Sends the actor what a call that does not return at once has come to; it is given to <see cref="Complete"/>.</param>
/// <param name="expire">Sends the actor <see cref="Expired"/> when a call has taken too long; it is given to <see cref="Expire"/>.</param>
/// <param name="done">Called with each message in its order, and what came of it.</param>
/// <typeparam name="TItem">What has the bytes.</typeparam>
internal sealed class OrderedHook<TItem>(
    Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<ReadOnlyMemory<byte>>>? hook,
    Action<Task<HookResult>> pipe, Action<Expired> expire, Action<TItem, ReadOnlyMemory<byte>, Exception?> done) : IDisposable
    where TItem : class
{
    readonly Queue<(TItem Item, ReadOnlyMemory<byte> Bytes)> _waiting = new();
    CancellationTokenSource? _cancellation;
    TItem? _current;
    long _number;

    /// <summary>A message has its turn after those before it.</summary>
    public void Run(TItem item, ReadOnlyMemory<byte> bytes)
    {
        if (hook is null)
            done(item, bytes, null);
        else if (_current is not null || _waiting.Count > 0)
            _waiting.Enqueue((item, bytes));
        else
            Call(item, bytes);
    }

    /// <summary>A call has returned.</summary>
    public void Complete(HookResult result)
    {
        if (result.Owner == this && result.Number == _number && _current is { } item)
            End(item, result.Bytes, result.Failure);
    }

    /// <summary>A call has taken too long, unless it has returned.</summary>
    public void Expire(Expired expired)
    {
        if (expired.Owner != this || expired.Number != _number || _current is not { } item)
            return;
        _cancellation?.Cancel();
        End(item, default, new TimeoutException("It takes too long."));
    }

    /// <summary>Cancels the call that is under way.</summary>
    public void Dispose()
    {
        _cancellation?.Cancel();
        _cancellation?.Dispose();
    }

    void End(TItem item, ReadOnlyMemory<byte> bytes, Exception? failure)
    {
        _current = null;
        _cancellation?.Dispose();
        _cancellation = null;
        done(item, bytes, failure);
        while (_current is null && _waiting.TryDequeue(out var next))
            Call(next.Item, next.Bytes);
    }

    void Call(TItem item, ReadOnlyMemory<byte> bytes)
    {
        var number = ++_number;
        _cancellation ??= new CancellationTokenSource();
        ValueTask<ReadOnlyMemory<byte>> call;
        try
        {
            call = hook!(bytes, _cancellation.Token);
            if (call.IsCompletedSuccessfully)
            {
#pragma warning disable VSTHRD002, VSTHRD104, MA0042 // it has completed
                var result = call.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002, VSTHRD104, MA0042
                done(item, result, null);
                return;
            }
        }
#pragma warning disable CA1031 // the application's failure is that one message's
        catch (Exception e)
#pragma warning restore CA1031
        {
            done(item, default, e);
            return;
        }
        _current = item;
        expire(new Expired(this, number));
        pipe(AwaitAsync(call, number));
    }

    async Task<HookResult> AwaitAsync(ValueTask<ReadOnlyMemory<byte>> call, long number)
    {
        try
        {
            return new HookResult(this, number, await call.ConfigureAwait(false), null);
        }
#pragma warning disable CA1031 // the application's failure is that one message's
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new HookResult(this, number, default, e);
        }
    }
}

/// <summary>What a call of an application's encryption has come to.</summary>
internal sealed record HookResult(object Owner, long Number, ReadOnlyMemory<byte> Bytes, Exception? Failure) : Akka.Actor.INoSerializationVerificationNeeded;

/// <summary>A call of an application's encryption has taken too long.</summary>
internal sealed record Expired(object Owner, long Number) : Akka.Actor.INoSerializationVerificationNeeded;
