using System.Diagnostics;

namespace LogosActors.LoadTests;

/// <summary>One end that sends stamped messages, and the process that receives them.</summary>
internal interface IStampedSender : IAsyncDisposable
{
    ChildNode Receiver { get; }

    /// <summary>Sends a message.</summary>
    /// <param name="due">Its stamp.</param>
    Task SendAsync(long due);
}

/// <summary>Measures latency in an open loop: messages are sent when they are due, whatever has become of those before, and their time
/// counts from when they were due. A sender that is held up does not hide the wait (no coordinated omission).</summary>
internal static class OpenLoop
{
    /// <summary>No slower than the system's timers, and short beside what is measured.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>When nothing has arrived for so long, what is missing is lost.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="pair">Sender and receiver.</param>
    /// <param name="rate">Messages per second.</param>
    /// <param name="duration">How long.</param>
    public static async Task<Latencies> MeasureAsync(IStampedSender pair, double rate, TimeSpan duration)
    {
        var before = await pair.Receiver.CountAsync();
        await pair.Receiver.TakeAgesAsync(0);
        var sending = new Sending(pair, rate, duration);
        // A thread of its own: the thread pool's delays are the node's, not the load's.
        await Task.Factory.StartNew(sending.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await WaitAsync(pair.Receiver, before + sending.Sent);
        sending.ThrowIfFailed();
        return await pair.Receiver.TakeAgesAsync(sending.Sent);
    }

    static async Task WaitAsync(ChildNode receiver, long count)
    {
        var (last, since) = (-1L, Stopwatch.GetTimestamp());
        while (await receiver.CountAsync() is var now && now < count && Stopwatch.GetElapsedTime(since) < Patience)
        {
            if (now > last)
                (last, since) = (now, Stopwatch.GetTimestamp());
            await Task.Delay(20);
        }
    }

    sealed class Sending(IStampedSender pair, double rate, TimeSpan duration)
    {
        Exception? _failure;

        public long Sent { get; private set; }

        public void Run()
        {
            var started = Stopwatch.GetTimestamp();
            var ticksPerMessage = Stopwatch.Frequency / rate;
            var count = (long)(rate * duration.TotalSeconds);
            while (Sent < count)
            {
                var elapsed = Stopwatch.GetTimestamp() - started;
                for (; Sent < count && Sent * ticksPerMessage <= elapsed; Sent++)
                    Observe(pair.SendAsync(started + (long)(Sent * ticksPerMessage)));
                Thread.Sleep(Pause);
            }
        }

        public void ThrowIfFailed()
        {
            if (_failure is not null)
                throw new InvalidOperationException($"A message could not be sent: {_failure.Message}", _failure);
        }

        void Observe(Task sent)
        {
            if (!sent.IsCompletedSuccessfully)
                _ = sent.ContinueWith(
                    failed => _failure = failed.Exception!.GetBaseException(), CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
