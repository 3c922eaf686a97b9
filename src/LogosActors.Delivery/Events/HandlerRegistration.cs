namespace LogosActors.Delivery.Events;

/// <summary>Removes a handler, once.</summary>
internal sealed class HandlerRegistration(Action remove) : IDisposable
{
    Action? _remove = remove;

    public void Dispose() => Interlocked.Exchange(ref _remove, null)?.Invoke();
}
