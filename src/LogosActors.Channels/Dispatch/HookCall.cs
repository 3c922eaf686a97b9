namespace LogosActors.Channels.Dispatch;

/// <summary>Calls an application's encryption, for so long and no longer.</summary>
internal static class HookCall
{
    /// <summary>The outcome: the bytes, or why there are none.</summary>
    /// <exception cref="OperationCanceledException">The actor is to stop.</exception>
    public static async ValueTask<(ReadOnlyMemory<byte> Bytes, Exception? Failure)> RunAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> hook, ReadOnlyMemory<byte> bytes,
        TimeSpan timeout, TimeProvider time, CancellationToken stopping)
    {
        try
        {
            var call = hook(bytes, stopping);
            return (call.IsCompletedSuccessfully ? call.Result : await call.AsTask().WaitAsync(timeout, time, stopping), null);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // the application's failure is that one message's
        catch (Exception e)
#pragma warning restore CA1031
        {
            return (default, e);
        }
    }
}
