namespace LogosActors.Actors.Embedded;

/// <summary>Children, and who watches whom. Guarded by the mailbox's lock, because the other side runs on another thread.</summary>
internal sealed partial class ActorCell
{
    public ActorCell Spawn(Props props, string? name)
    {
        ArgumentNullException.ThrowIfNull(props);
        if (name is not null)
            ActorName.Validate(name);
        var children = Extras.Children ??= new ChildSet();
        var child = new ActorCell(System, this, props, name ?? children.GenerateName());
        // Under the lock, as whoever ends this actor counts the children under it: top-level actors are spawned by other threads.
        _mailbox.Enter();
        var accepted = _phase is Phase.Created or Phase.Running or Phase.Failed;
        var added = accepted && children.TryAdd(child);
        _mailbox.Exit();
        if (!accepted)
            throw new InvalidOperationException(
                Parent is null
                    ? $"The system {System.Name} is terminating."
                    : $"{this} is stopping, or about to be restarted; it cannot have new children.");
        if (!added)
            throw new InvalidActorNameException(
                $"'{name}' is the name of a living child of {this}; a name is free again once the stop has completed.");
        child.Start();
        return child;
    }

    public ActorCell[] ChildCells()
    {
        if (_extras?.Children is not { } children)
            return [];
        _mailbox.Enter();
        try
        {
            return [.. children.InOrder];
        }
        finally
        {
            _mailbox.Exit();
        }
    }

    public ActorCell? FindChild(string name)
    {
        if (_extras?.Children is not { } children)
            return null;
        _mailbox.Enter();
        var child = children.Find(name);
        _mailbox.Exit();
        return child;
    }

    public void Watch(ActorRef actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ThrowIfTerminated();
        if (actor == this || !(Extras.Watching ??= []).Add(actor))
            return;
        if (actor is not ActorCell cell || !cell.TryAddWatcher(this))
            TellSignal(new Terminated(actor));
    }

    public void Unwatch(ActorRef actor)
    {
        if (_extras?.Watching?.Remove(actor) == true)
            (actor as ActorCell)?.RemoveWatcher(this);
    }

    /// <summary>Registers someone to be told of the end; false when it has come already.</summary>
    public bool TryAddWatcher(LocalRef watcher)
    {
        _mailbox.Enter();
        try
        {
            if (_mailbox.IsDead)
                return false;
            (Extras.Watchers ??= []).Add(watcher);
            return true;
        }
        finally
        {
            _mailbox.Exit();
        }
    }

    public void RemoveWatcher(LocalRef watcher)
    {
        _mailbox.Enter();
        _extras?.Watchers?.Remove(watcher);
        _mailbox.Exit();
    }

    void NotifyWatchers()
    {
        _mailbox.Enter();
        var watchers = _extras?.Watchers;
        if (_extras is not null)
            _extras.Watchers = null;
        _mailbox.Exit();
        if (watchers is null)
            return;
        var terminated = new Terminated(this);
        foreach (var watcher in watchers)
            watcher.Notify(terminated);
    }

    void RemoveChild(ActorCell child)
    {
        var children = _extras!.Children!;
        _mailbox.Enter();
        children.Remove(child);
        var last = children is { IsAwaited: true, Count: 0 };
        if (last)
            children.IsAwaited = false;
        _mailbox.Exit();
        if (last)
            TellSystem(new SystemMessage.ChildrenGone());
    }
}
